using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Makes an extracted value the line.</summary>
[Stage("output")]
public sealed partial class OutputStage : LogStage
{
    private readonly int _source;

    private OutputStage(Arguments arguments, StageContext context) => _source = context.Slot(arguments.Source);

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Name of the extracted value; where it is missing the line stays as it is.</summary>
        public required string Source { get; init; }

        public override LogStage Create(StageContext context) => new OutputStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Source.Length == 0)
            {
                context.Error("source", "output needs the name of an extracted value");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (record.TryGetText(_source, out ReadOnlyMemory<byte> text))
        {
            record.Line = text;
        }
        return true;
    }
}
