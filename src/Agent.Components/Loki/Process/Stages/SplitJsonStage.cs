using Agent.Components.Loki.Process.Json;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Makes one entry of each element of a JSON array.</summary>
[Stage("split_json")]
public sealed partial class SplitJsonStage : LogStage, IBatchStage
{
    private readonly StageSource _source;
    private readonly DropCounter _empty;

    private SplitJsonStage(Arguments arguments, StageContext context)
    {
        _source = context.Source(arguments.Source);
        _empty = new DropCounter(context.Metrics, "empty_json_array");
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Name of the extracted value to split; the line where it is not set.</summary>
        public string? Source { get; init; }

        public override LogStage Create(StageContext context) => new SplitJsonStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Source is "")
            {
                context.Error("source", "the source must not be empty", "leave it out to split the line");
            }
        }
    }

    public int Next { get; set; }

    // Nothing is held from line to line.
    public void TakeOver(IBatchStage earlier)
    {
    }

    public void Flush(PipelineRun run)
    {
    }

    public override bool Keep(LogRecord record)
    {
        // The whole text is looked at first: an array that breaks off passes as it is.
        if (!_source.TryRead(record, out ReadOnlyMemory<byte> text) || !TryCount(text.Span, out int count))
        {
            return true;
        }
        if (count == 0)
        {
            _empty.Increment();
            return false;
        }
        Emit(text.Span, record);
        return false;
    }

    private void Emit(ReadOnlySpan<byte> json, LogRecord record)
    {
        var held = new HeldRecord(record);
        var scanner = new JsonScanner(json);
        scanner.TryTake((byte)'[');
        do
        {
            scanner.Peek();
            int start = scanner.Position;
            scanner.TrySkipValue();
            record.Run.Emit(held, json[start..scanner.Position], Next, record.Origin);
        }
        while (scanner.TryTake((byte)','));
    }

    private static bool TryCount(ReadOnlySpan<byte> json, out int count)
    {
        count = 0;
        var scanner = new JsonScanner(json);
        if (!scanner.TryTake((byte)'['))
        {
            return false;
        }
        if (scanner.TryTake((byte)']'))
        {
            return scanner.IsAtEnd();
        }
        do
        {
            if (!scanner.TrySkipValue())
            {
                return false;
            }
            count++;
        }
        while (scanner.TryTake((byte)','));
        return scanner.TryTake((byte)']') && scanner.IsAtEnd();
    }
}
