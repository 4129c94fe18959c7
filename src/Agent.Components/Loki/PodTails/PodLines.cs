using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.PodTails;

/// <summary>Takes lines of one container, however they were come by.</summary>
internal interface ILineSink
{
    /// <param name="timestamp">Nanoseconds since 1970.</param>
    /// <param name="line">Without its line break.</param>
    /// <param name="isBorrowed">The bytes change with the next line; else they last as long as the batch.</param>
    /// <param name="unfinished">The time of the oldest line of which only a part has come; <see cref="long.MaxValue"/> for none.</param>
    void Take(long timestamp, ReadOnlyMemory<byte> line, bool isBorrowed, long unfinished);

    /// <summary>A line was longer than the limit.</summary>
    void CountCut();
}

/// <summary>Gathers new lines into a batch and leaves out those that were read before.</summary>
internal sealed class PodLines(PodTailMetrics metrics, RecentLines recent) : ILineSink
{
    private readonly Replay _replay = recent.Replay();
    private LogBatch? _batch;
    private LabelSet[] _streams = [];

    /// <summary>The time of the last line that came, known or not; 0 before the first one.</summary>
    public long Latest { get; private set; }

    /// <summary>Lines that came and were new.</summary>
    public long Taken { get; private set; }

    /// <summary>Takes lines into a batch, until others are set. All lines of a batch are sent under the same labels.</summary>
    public void Begin(LogBatch? batch, LabelSet[] streams) => (_batch, _streams) = (batch, streams);

    public void Take(long timestamp, ReadOnlyMemory<byte> line, bool isBorrowed, long unfinished)
    {
        ReadOnlySpan<byte> text = line.Span;
        if (text is [.., (byte)'\r'])
        {
            line = line[..^1];
            text = line.Span;
        }
        Latest = timestamp;
        var known = new KnownLine(timestamp, LineHash.Of(timestamp, text));
        if (_replay.IsKnown(known))
        {
            metrics.Known.Increment();
            return;
        }
        recent.Add(known, unfinished);
        Taken++;
        if (isBorrowed)
        {
            line = _batch!.Bytes.Copy(text);
        }
        foreach (LabelSet stream in _streams)
        {
            _batch!.Add(new LogEntry(stream, timestamp, line));
        }
    }

    public void CountCut() => metrics.Cut.Increment();
}
