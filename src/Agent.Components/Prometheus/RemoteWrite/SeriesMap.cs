using Agent.Components.Common.Relabel;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Maps the series of sources to what is sent. Not thread safe.</summary>
/// <remarks>
/// Where the configuration changes no labels, a series is sent as it came and nothing is kept of it. Elsewhere it is mapped once for each
/// instance, and that is remembered as long as it is in use.
/// External labels count where a series lacks them; then the rules run. Labels that begin with two underscores are not sent, as Alloy's
/// reference has it, except the name and <c>__replica__</c>, by which Mimir tells the agents of a pair apart. Sources send their series
/// in the same order time after time, so each remembers the one after it, which spares most look-ups.
/// </remarks>
internal sealed class SeriesMap(LaneSettings settings, TimeProvider time)
{
    /// <summary>Series that are remembered at most; about 250 bytes each.</summary>
    public const int Limit = 1_000_000;

    /// <summary>Unused for so long, a series is forgotten; it costs little to map it again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Dictionary<MetricSeries, MappedSeries> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Relabeler _relabeler = new(settings.Rules, LabelNameRule.Legacy);
    private readonly LabelSetBuilder _builder = new();
    private readonly List<MetricSeries> _unused = [];
    private readonly SeriesCensus _unchanged = new();

    // Metadata rides on the series in version 2.
    private readonly bool _takesMetadata = settings.Version == WriteVersion.V1 || settings.Content.Metadata.Send;
    private readonly bool _changesNothing = settings.External.Count == 0 && settings.Rules.Count == 0;
    private readonly uint _shards = (uint)settings.Batching.Shards;
    private MappedSeries? _last;
    private MetricSeries? _lastMade;
    private long _swept = time.GetTimestamp();
    private long _created;
    private long _removed;
    private int _round;

    /// <summary>Series in use; of those that are not remembered, an estimate.</summary>
    public long Count => _known.Count + _unchanged.Count;

    /// <summary>Series that came up so far, those that came back after they were forgotten included.</summary>
    public long Created => _created + _unchanged.Created;

    /// <summary>Series forgotten so far.</summary>
    public long Removed => _removed + _unchanged.Removed;

    /// <param name="source">As it came.</param>
    /// <param name="shard">Where it is sent.</param>
    /// <returns>The series as it is sent; null where a rule drops it.</returns>
    public MetricSeries? Resolve(MetricSeries source, out int shard)
    {
        if (_changesNothing && _takesMetadata && !source.HasReservedLabels)
        {
            uint hash = source.LabelHash;
            _unchanged.See(hash);
            shard = (int)(hash % _shards);
            return source;
        }
        MappedSeries known = Remember(source);
        shard = known.Shard;
        return known.Series;
    }

    private MappedSeries Remember(MetricSeries source)
    {
        MappedSeries? found = _last?.Next;
        if (found is null || !ReferenceEquals(found.Source, source))
        {
            if (!_known.TryGetValue(source, out found))
            {
                found = Add(source);
            }
            if (_last is not null)
            {
                _last.Next = found;
            }
        }
        _last = found;
        found.Round = _round;
        return found;
    }

    /// <summary>Forgets what was not used for long; called now and then, between batches.</summary>
    public void Sweep()
    {
        if (_known.Count <= Limit && time.GetElapsedTime(_swept) < Patience)
        {
            return;
        }
        _swept = time.GetTimestamp();
        _unchanged.Turn();
        foreach ((MetricSeries source, MappedSeries mapped) in _known)
        {
            if (mapped.Round < _round || _known.Count > Limit)
            {
                _unused.Add(source);
            }
            else
            {
                // It may lead to a forgotten one, which would stay alive with it.
                mapped.Next = null;
            }
        }
        _unused.ForEach(source => _known.Remove(source));
        _removed += _unused.Count;
        _unused.Clear();
        _unused.TrimExcess();
        _last = null;
        _round++;
    }

    private MappedSeries Add(MetricSeries source)
    {
        MetricSeries? series = Map(source);
        // By the bytes that are sent, and alike in each run: what waits on disk from an earlier one keeps its lane.
        int shard = series is null ? 0 : (int)(series.LabelHash % _shards);
        var mapped = new MappedSeries(source, series, shard);
        _known.Add(source, mapped);
        _created++;
        return mapped;
    }

    private MetricSeries? Map(MetricSeries source)
    {
        _builder.Reset(source.Labels);
        foreach ((string name, string value) in settings.External)
        {
            if (_builder.Get(name).Length == 0)
            {
                _builder.Set(name, value);
            }
        }
        if (!_relabeler.Apply(_builder))
        {
            return null;
        }
        _builder.RemoveAll(static label => IsInternal(label.Name));
        if (_builder.Count == 0)
        {
            return null;
        }
        LabelSet labels = _builder.ToLabelSet();
        if (_takesMetadata && labels.Equals(source.Labels))
        {
            return source;
        }
        return _lastMade = MetricSeries.Compact(labels, like: _lastMade);
    }

    private static bool IsInternal(string name) =>
        name.StartsWith("__", StringComparison.Ordinal) && name is not ("__name__" or "__replica__");
}
