using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Unfinished lines by stream. Outlives a reload: the next pipeline's stage goes on with the same one.</summary>
internal sealed class PartialLines
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LabelSet, PartialLine> _lines = [];
    private volatile int _count;

    // A stream's lines come one after the other, so what it wrote itself is always seen here.
    public bool IsEmpty => _count == 0;

    /// <summary>Takes out the unfinished line of a stream, or null.</summary>
    public PartialLine? Take(LabelSet stream)
    {
        lock (_gate)
        {
            _lines.Remove(stream, out PartialLine? line);
            _count = _lines.Count;
            return line;
        }
    }

    public void Put(LabelSet stream, PartialLine line)
    {
        lock (_gate)
        {
            _lines[stream] = line;
            _count = _lines.Count;
        }
    }

    /// <summary>Takes out all lines where there are <paramref name="limit"/> or more, else none.</summary>
    public IReadOnlyList<PartialLine> TakeAll(int limit)
    {
        lock (_gate)
        {
            if (_lines.Count < limit)
            {
                return [];
            }
            PartialLine[] all = [.. _lines.Values];
            _lines.Clear();
            _count = 0;
            return all;
        }
    }
}
