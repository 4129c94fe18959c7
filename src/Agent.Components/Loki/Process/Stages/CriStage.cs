using Agent.Components.Common.GoTime;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Reads lines in the format of container runtimes (CRI), and joins lines that were written in parts.</summary>
[Stage("cri")]
public sealed partial class CriStage : LogStage, IBatchStage
{
    // Far above what any Loki takes; without it a container that never ends its line would fill the memory.
    private const int LongestLine = 16 * 1024 * 1024;

    private static readonly byte[] Stdout = "stdout"u8.ToArray();
    private static readonly byte[] Stderr = "stderr"u8.ToArray();
    private static readonly byte[] Full = "F"u8.ToArray();
    private static readonly byte[] Partial = "P"u8.ToArray();

    private readonly Arguments _arguments;
    private readonly ILogger _logger;
    private readonly Counter _flushed;
    private readonly Counter _truncated;
    private readonly int _flags;
    private readonly int _stream;
    private readonly int _content;
    private readonly int _time;
    private readonly int _setStream;
    private PartialLines _partials = new();

    private CriStage(Arguments arguments, StageContext context)
    {
        _arguments = arguments;
        _logger = context.Logger;
        _flushed = context.Metrics.Counter(
            "loki_process_cri_partial_lines_flushed_total",
            "A count of partial lines that were flushed prematurely due to the max_partial_lines limit being exceeded");
        _truncated = context.Metrics.Counter(
            "loki_process_cri_lines_truncated_total",
            "A count of lines that were truncated due to the max_partial_line_size limit");
        _flags = context.Slot("flags");
        _stream = context.Slot("stream");
        _content = context.Slot("content");
        _time = context.Slot("time");
        _setStream = context.Change(new SetLabel("stream"));
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Most streams with an unfinished line that are held; one more, and all of them are sent on as they are.</summary>
        public int MaxPartialLines { get; init; } = 100;

        /// <summary>Longest joined line, in bytes; counts only where truncation is on.</summary>
        public long MaxPartialLineSize { get; init; }

        /// <summary>Cuts joined lines that are longer than the largest size.</summary>
        public bool MaxPartialLineSizeTruncate { get; init; }

        public override LogStage Create(StageContext context) => new CriStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (MaxPartialLines <= 0)
            {
                context.Error("max_partial_lines", "max_partial_lines must be greater than 0");
            }
            if (MaxPartialLineSize < 0)
            {
                context.Error("max_partial_line_size", "max_partial_line_size must not be negative");
            }
        }
    }

    public int Next { get; set; }

    public void TakeOver(IBatchStage earlier) => _partials = ((CriStage)earlier)._partials;

    public void Flush(PipelineRun run) => Send(_partials.TakeAll(limit: 1), run);

    public override bool Keep(LogRecord record)
    {
        ReadOnlyMemory<byte> line = record.Line;
        if (!CriLine.TryParse(line.Span, out CriLine parsed))
        {
            return true;
        }
        byte[] stream = parsed.IsStderr ? Stderr : Stdout;
        ReadOnlyMemory<byte> time = line[..parsed.TimeLength];
        ReadOnlyMemory<byte> content = line[parsed.ContentStart..];
        record.Set(_flags, SlotValue.OfText(parsed.IsPartial ? Partial : Full));
        record.Set(_stream, SlotValue.OfText(stream));
        record.Set(_content, SlotValue.OfText(content));
        record.Set(_time, SlotValue.OfText(time));
        record.Line = content;
        if (Rfc3339.TryParseNanoseconds(time.Span, out long timestamp))
        {
            record.Timestamp = timestamp;
        }
        record.Change(_setStream, stream);
        if (parsed.IsPartial)
        {
            Hold(record);
            return false;
        }
        if (!_partials.IsEmpty && _partials.Take(record.Labels) is { } held)
        {
            Join(held, record);
        }
        return true;
    }

    private void Hold(LogRecord record)
    {
        LabelSet stream = record.Labels;
        IReadOnlyList<PartialLine> overdue = _partials.TakeAll(_arguments.MaxPartialLines);
        if (overdue.Count > 0)
        {
            LogTooManyPartials(_logger, _arguments.MaxPartialLines);
            _flushed.Add(overdue.Count);
            Send(overdue, record.Run);
        }
        PartialLine line = _partials.Take(stream) ?? new PartialLine();
        Append(line, record.Line.Span);
        line.Keep(record.Run.HoldReceipt(record));
        line.Latest = new HeldRecord(record);
        _partials.Put(stream, line);
    }

    private void Join(PartialLine held, LogRecord record)
    {
        Append(held, record.Line.Span);
        record.Line = record.Scratch.Copy(held.Bytes);
        record.Origin = held.ReleaseReceipts(record.Run);
        held.Release(record.Run);
    }

    private void Append(PartialLine line, ReadOnlySpan<byte> piece)
    {
        long limit = _arguments.MaxPartialLineSizeTruncate ? _arguments.MaxPartialLineSize : LongestLine;
        if (line.Bytes.Length + (long)piece.Length > limit)
        {
            _truncated.Increment();
        }
        line.Append(piece, (int)Math.Min(limit, int.MaxValue));
    }

    private void Send(IReadOnlyList<PartialLine> lines, PipelineRun run)
    {
        foreach (PartialLine line in lines)
        {
            Receipt? origin = line.ReleaseReceipts(run);
            run.Emit(line.Latest!, line.Bytes, Next, origin);
            line.Release(run);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "more than {Limit} streams have unfinished CRI lines: sent them on as they are")]
    private static partial void LogTooManyPartials(ILogger logger, int limit);
}
