using Agent.Components.Common.GoTime;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>The streams of a container's two outputs; null where rules drop what comes from it.</summary>
internal sealed record StreamLabels(LabelSet? Output, LabelSet? Error);

/// <summary>Gathers the lines of one connection into batches: reads their times, leaves out what was delivered before.</summary>
internal sealed class ContainerLines : ILineSink, IDisposable
{
    private readonly DockerMetrics _metrics;
    private readonly bool _isTerminal;
    private readonly LineAssembler _output;
    private readonly LineAssembler _error;
    private Replay _outputReplay;
    private Replay _errorReplay;

    /// <param name="metrics">What is counted.</param>
    /// <param name="position">Up to where lines are known.</param>
    /// <param name="isTerminal">The container has a terminal: one output, no frames.</param>
    public ContainerLines(DockerMetrics metrics, DockerPosition position, bool isTerminal)
    {
        _metrics = metrics;
        _isTerminal = isTerminal;
        _output = new LineAssembler(this, isError: false);
        _error = new LineAssembler(this, isError: true);
        _outputReplay = new Replay(position.Output);
        _errorReplay = new Replay(position.Error);
        Position = position;
        Frames = new FrameReader(isTerminal, _output, _error);
    }

    public FrameReader Frames { get; }

    public LogBatch Batch { get; } = new();

    /// <summary>Behind the last line that was taken.</summary>
    public DockerPosition Position { get; private set; }

    /// <summary>Set before bytes are taken: lines of one batch may come to be under several.</summary>
    public StreamLabels Labels { get; set; } = new(null, null);

    public void Take(ReadOnlyMemory<byte> line, bool isError, bool isBorrowed)
    {
        ReadOnlySpan<byte> text = line.Span;
        int space = text[..Math.Min(text.Length, DockerLimits.LongestTimestamp)].IndexOf((byte)' ');
        if (space < 0 || !Rfc3339.TryParseNanoseconds(text[..space], out long timestamp))
        {
            _metrics.Errors.Increment();
            return;
        }
        if (isError ? _errorReplay.IsKnown(timestamp) : _outputReplay.IsKnown(timestamp))
        {
            return;
        }
        Position = isError
            ? Position with { Error = Position.Error.After(timestamp) }
            : Position with { Output = Position.Output.After(timestamp) };
        line = line[(space + 1)..];
        line = line.Span.EndsWith("\r"u8) ? line[..^1] : line;
        if (line.IsEmpty)
        {
            return;
        }
        if ((isError ? Labels.Error : Labels.Output) is not { } labels)
        {
            _metrics.Dropped.Increment();
            return;
        }
        if (_isTerminal && line.Length > DockerLimits.PartSize)
        {
            line = JoinParts(line.Span);
        }
        else if (isBorrowed)
        {
            line = Batch.Bytes.Copy(line.Span);
        }
        Batch.Add(new LogEntry(labels, timestamp, line));
    }

    public void CountCut() => _metrics.Cut.Increment();

    public void Dispose()
    {
        Batch.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    // With a terminal nothing but their size tells parts apart: behind each stands the next one's timestamp.
    private Memory<byte> JoinParts(ReadOnlySpan<byte> line)
    {
        Memory<byte> joined = Batch.Bytes.Take(line.Length);
        int length = 0;
        while (true)
        {
            ReadOnlySpan<byte> part = line[..Math.Min(line.Length, DockerLimits.PartSize)];
            part.CopyTo(joined.Span[length..]);
            length += part.Length;
            line = line[part.Length..];
            if (line.IsEmpty)
            {
                return joined[..length];
            }
            line = line[LineAssembler.TimestampLength(line)..];
        }
    }
}
