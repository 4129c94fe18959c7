using Agent.Components.Loki.Process.Labels;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Adds labels with values that are the same for all entries.</summary>
[Stage("static_labels")]
public sealed partial class StaticLabelsStage : LogStage
{
    private readonly int _change;

    private StaticLabelsStage(Arguments arguments, StageContext context)
    {
        var labels = new List<Label>();
        foreach ((string name, string? value) in arguments.Values)
        {
            // Alloy skips empty values too: they neither set nor remove a label.
            if (!string.IsNullOrEmpty(value))
            {
                labels.Add(new Label(name, value));
            }
        }
        _change = context.Change(new SetLabels(labels));
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Labels and their values; one without a value is left out.</summary>
        public required ValueMap<string?> Values { get; init; }

        public override LogStage Create(StageContext context) => new StaticLabelsStage(this, context);

        public void Validate(ValidationContext context) => LabelMapping.Validate(Values, context);
    }

    public override bool Keep(LogRecord record)
    {
        record.Change(_change);
        return true;
    }
}
