using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>What a stream's last line got: the time that was read, and the time that it was given.</summary>
internal readonly record struct LastTimestamp(long Parsed, long Given);

/// <summary>The last timestamps of the streams seen lately; at most twice <see cref="Limit"/>.</summary>
/// <remarks>Two generations stand in for a list by age: when the young one is full it becomes the old one, and the old one goes.</remarks>
internal sealed class LastTimestamps
{
    private const int Limit = 5000;
    private Dictionary<LabelSet, LastTimestamp> _young = [];
    private Dictionary<LabelSet, LastTimestamp> _old = [];

    /// <summary>Held by callers from the look-up to the change that follows from it.</summary>
    public Lock Gate { get; } = new();

    public bool TryGet(LabelSet stream, out LastTimestamp last) =>
        _young.TryGetValue(stream, out last) || _old.TryGetValue(stream, out last);

    public void Set(LabelSet stream, LastTimestamp last)
    {
        if (_young.Count >= Limit && !_young.ContainsKey(stream))
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
        }
        _young[stream] = last;
    }
}
