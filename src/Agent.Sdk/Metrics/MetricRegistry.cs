using System.Collections.Concurrent;

namespace Agent.Sdk.Metrics;

/// <summary>All self-metrics of the process.</summary>
public sealed class MetricRegistry
{
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, string[]> _names = new(StringComparer.Ordinal);

    /// <summary>
    /// Series that a second scope has asked for while the first one lives, as a component does that comes in the place of another one: the
    /// scope, and what stands behind the series once the first scope is gone. It is locked for each use.
    /// </summary>
    internal Dictionary<Instrument, (MetricScope Scope, Instrument Next)> Heirs { get; } = [];

    /// <summary>A scope whose instruments all carry <paramref name="labels"/>.</summary>
    public MetricScope Scope(params KeyValuePair<string, string>[] labels) => new(this, labels);

    /// <summary>Families by name, ordinal order, without those that have no series.</summary>
    public IEnumerable<MetricFamily> Families() =>
        _families.Values.Where(static family => family.HasSeries).OrderBy(static family => family.Name, StringComparer.Ordinal);

    /// <summary>The one array of these label names: thousands of series have the same few.</summary>
    internal string[] Shared(string[] names) => _names.GetOrAdd(string.Join(',', names), names);

    internal MetricFamily Family(string name, MetricKind kind) =>
        _families.GetOrAdd(name, static (key, made) => new MetricFamily(key, made.Help, made.Type), kind);
}
