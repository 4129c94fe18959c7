using Agent.Components.Loki.Process.Labels;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Removes labels from entries.</summary>
[Stage("label_drop")]
public sealed partial class LabelDropStage : LogStage
{
    private readonly int _change;

    private LabelDropStage(Arguments arguments, StageContext context) => _change = context.Change(new DropLabels(arguments.Values));

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Names of the labels to remove.</summary>
        public required ValueList<string> Values { get; init; }

        public override LogStage Create(StageContext context) => new LabelDropStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Values.Count == 0)
            {
                context.Error("values", "label_drop needs at least one label");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        record.Change(_change);
        return true;
    }
}
