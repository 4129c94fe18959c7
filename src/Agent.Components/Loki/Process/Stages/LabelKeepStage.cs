using Agent.Components.Loki.Process.Labels;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Removes all labels but some from entries.</summary>
[Stage("label_keep")]
public sealed partial class LabelKeepStage : LogStage
{
    private readonly int _change;

    private LabelKeepStage(Arguments arguments, StageContext context) => _change = context.Change(new KeepLabels(arguments.Values));

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Names of the labels to keep.</summary>
        public required ValueList<string> Values { get; init; }

        public override LogStage Create(StageContext context) => new LabelKeepStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Values.Count == 0)
            {
                context.Error("values", "label_keep needs at least one label");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        record.Change(_change);
        return true;
    }
}
