using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>A rate limit for each value of a label, in bounded memory.</summary>
/// <remarks>
/// Values live in two generations. When the younger one is full it becomes the older one, and values that have not been seen since
/// are forgotten: they start again with a full bucket. The counters per value start again with each generation, as in Alloy.
/// </remarks>
internal sealed class LabelLimits(string label, int most, Func<TokenBucket> create, MetricScope metrics)
{
    private readonly Lock _gate = new();
    private readonly List<Counter> _listed = [];
    private Dictionary<string, Limited> _young = new(StringComparer.Ordinal);
    private Dictionary<string, Limited> _old = new(StringComparer.Ordinal);

    /// <summary>Takes a token of the value; false, counted, where there is none.</summary>
    public bool TryTake(string value)
    {
        lock (_gate)
        {
            if (!_young.TryGetValue(value, out Limited? limited))
            {
                limited = _old.TryGetValue(value, out Limited? known) ? known : new Limited(create());
                Add(value, limited);
            }
            if (limited.Bucket.TryTake())
            {
                return true;
            }
            limited.Dropped ??= Count(value);
            limited.Dropped.Increment();
            return false;
        }
    }

    private void Add(string value, Limited limited)
    {
        _young[value] = limited;
        if (_young.Count < most)
        {
            return;
        }
        (_old, _young) = (_young, new Dictionary<string, Limited>(StringComparer.Ordinal));
        foreach (Counter counter in _listed)
        {
            metrics.Remove(counter);
        }
        _listed.Clear();
        foreach (Limited each in _old.Values)
        {
            each.Dropped = null;
        }
    }

    private Counter Count(string value)
    {
        Counter counter = metrics.Counter(
            "loki_process_dropped_lines_by_label_total",
            "A count of all log lines dropped as a result of a pipeline stage",
            ("label_name", label),
            ("label_value", value));
        _listed.Add(counter);
        return counter;
    }

    private sealed class Limited(TokenBucket bucket)
    {
        public TokenBucket Bucket { get; } = bucket;

        public Counter? Dropped { get; set; }
    }
}
