using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Joins lines of a stream that belong together, such as stack traces, into one entry.</summary>
/// <remarks>
/// The entry has the time, labels and metadata of its first line. What is held is sent on when nothing more comes, and when the agent
/// stops; over a reload it is kept. A block that grows too large, or too much held at once, is sent on early, which is counted.
/// </remarks>
[Stage("multiline")]
public sealed partial class MultilineStage : LogStage, IBatchStage, ITimedStage
{
    // The timer may be this late; with thousands of streams it would fire all the time otherwise.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(100);

    private readonly Pattern _firstLine;
    private readonly int _maxLines;
    private readonly TimeSpan _maxWait;
    private readonly bool _trims;
    private readonly TimeProvider _time;
    private readonly EarlyFlushes _early;
    private readonly Action _wake;
    private MultilineBlocks _blocks = new();

    private MultilineStage(Arguments arguments, StageContext context)
    {
        _firstLine = arguments.Firstline;
        _maxLines = arguments.MaxLines;
        _maxWait = arguments.MaxWaitTime;
        _trims = arguments.TrimNewlines;
        _time = context.Time;
        _early = new EarlyFlushes(context.Metrics);
        _wake = context.Wake;
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Regular expression in RE2 syntax that matches the first line of each block.</summary>
        public required Pattern Firstline { get; init; }

        /// <summary>Most lines of a block; 0 for no limit but that of its size.</summary>
        public int MaxLines { get; init; } = 128;

        /// <summary>Longest time to wait for another line of a block.</summary>
        public TimeSpan MaxWaitTime { get; init; } = TimeSpan.FromSeconds(3);

        /// <summary>Removes line breaks from the end of each line before it is joined.</summary>
        public bool TrimNewlines { get; init; } = true;

        public override LogStage Create(StageContext context) => new MultilineStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Firstline.Text.Length == 0)
            {
                context.Error("firstline", "multiline needs an expression for the first line");
            }
            if (MaxLines < 0)
            {
                context.Error("max_lines", "max_lines must not be negative");
            }
            if (MaxWaitTime <= TimeSpan.Zero)
            {
                context.Error("max_wait_time", "max_wait_time must be greater than 0");
            }
        }
    }

    public int Next { get; set; }

    public void TakeOver(IBatchStage earlier) => _blocks = ((MultilineStage)earlier)._blocks;

    public void Flush(PipelineRun run) => FlushWhere(run, static _ => true);

    public TimeSpan? DueIn()
    {
        TimeSpan? due = null;
        foreach (MultilineBlock block in _blocks.All)
        {
            TimeSpan left = _maxWait - _time.GetElapsedTime(block.LastSeen);
            due = due is null || left < due ? left : due;
        }
        TimeSpan soonest = _maxWait / 8 < Grain ? _maxWait / 8 : Grain;
        return due < soonest ? soonest : due;
    }

    public void OnTime(PipelineRun run, bool isStopping) => FlushWhere(run, block => isStopping || IsOverdue(block));

    public override bool Keep(LogRecord record)
    {
        if (_blocks.TooMuch() is { } reason)
        {
            _early.Count(reason, _blocks.Count);
            Flush(record.Run);
        }
        LabelSet stream = record.Labels;
        bool isFirst = _firstLine.IsMatch(record.Line.Span);
        while (true)
        {
            MultilineBlock? block = _blocks.Find(stream);
            if (block is null)
            {
                if (!isFirst)
                {
                    return true;
                }
                block = _blocks.Add(stream, out bool isOnly);
                if (isOnly)
                {
                    _wake();
                }
            }
            lock (block.Gate)
            {
                if (!block.IsGone)
                {
                    return !TryTake(block, record, isFirst);
                }
            }
        }
    }

    // Under the block's lock. False where the stream has been silent for too long and the line starts no block.
    private bool TryTake(MultilineBlock block, LogRecord record, bool isFirst)
    {
        if (!block.IsStarted && !isFirst)
        {
            return false;
        }
        bool isOverdue = block.IsStarted && IsOverdue(block);
        if (isOverdue && !isFirst)
        {
            Remove(block, record.Run);
            return false;
        }
        ReadOnlySpan<byte> line = _trims ? record.Line.Span.TrimEnd("\r\n"u8) : record.Line.Span;
        bool isTooLarge = block.Length + line.Length >= MultilineBlocks.MaxBlockBytes;
        if (isFirst || isTooLarge)
        {
            if (isTooLarge && !isFirst && block.Lines > 0)
            {
                _early.Count("block_size", 1);
            }
            Send(block, record.Run);
        }
        if (isFirst)
        {
            block.Start = new HeldRecord(record);
        }
        _blocks.Append(block, line, record.Run.HoldReceipt(record));
        block.LastSeen = _time.GetTimestamp();
        if (block.Lines == _maxLines)
        {
            Send(block, record.Run);
        }
        return true;
    }

    private bool IsOverdue(MultilineBlock block) => _time.GetElapsedTime(block.LastSeen) >= _maxWait;

    private void FlushWhere(PipelineRun run, Predicate<MultilineBlock> isMeant)
    {
        foreach (MultilineBlock block in _blocks.All)
        {
            lock (block.Gate)
            {
                if (!block.IsGone && block.IsStarted && isMeant(block))
                {
                    Remove(block, run);
                }
            }
        }
    }

    private void Remove(MultilineBlock block, PipelineRun run)
    {
        Send(block, run);
        _blocks.Remove(block);
    }

    private void Send(MultilineBlock block, PipelineRun run)
    {
        if (block.Lines > 0)
        {
            Receipt? origin = block.ReleaseReceipts(run);
            run.Emit(block.Start!, block.Bytes, Next, origin);
            _blocks.Release(block, run);
        }
    }
}
