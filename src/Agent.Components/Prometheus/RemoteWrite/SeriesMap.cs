using Agent.Components.Common.Relabel;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Maps the series of sources to what is sent: once for each instance, remembered as long as it is in use. Not thread safe.</summary>
/// <remarks>
/// External labels count where a series lacks them; then the rules run. Labels that begin with two underscores are not sent, as Alloy's
/// reference has it, except the name and <c>__replica__</c>, by which Mimir tells the agents of a pair apart. Sources send their series
/// in the same order time after time, so each remembers the one after it, which spares most look-ups.
/// </remarks>
internal sealed class SeriesMap(LaneSettings settings, TimeProvider time)
{
    /// <summary>Series that are remembered at most; about 150 bytes each, and the texts where labels are changed.</summary>
    public const int Limit = 1_000_000;

    /// <summary>Unused for so long, a series is forgotten; it costs little to map it again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Dictionary<MetricSeries, MappedSeries> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Relabeler _relabeler = new(settings.Rules, LabelNameRule.Legacy);
    private readonly LabelSetBuilder _builder = new();
    private readonly List<MetricSeries> _unused = [];
    private readonly bool _sendsMetadata = settings.Content.Metadata.Send;
    private MappedSeries? _last;
    private long _swept = time.GetTimestamp();
    private int _round;

    public int Count => _known.Count;

    /// <summary>Series mapped so far, those mapped again after they were forgotten included.</summary>
    public long Created { get; private set; }

    /// <summary>Series forgotten so far.</summary>
    public long Removed { get; private set; }

    public MappedSeries Resolve(MetricSeries source)
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
        Removed += _unused.Count;
        _unused.Clear();
        _unused.TrimExcess();
        _last = null;
        _round++;
    }

    private MappedSeries Add(MetricSeries source)
    {
        MetricSeries? series = Map(source);
        // By the bytes that are sent, and alike in each run: what waits on disk from an earlier one keeps its lane.
        int shard = series is null || settings.Batching.Shards == 1 ? 0 : (int)(Hash(series.LabelBlock) % (uint)settings.Batching.Shards);
        var mapped = new MappedSeries(source, series, shard);
        _known.Add(source, mapped);
        Created++;
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
        // Metadata rides on the series in version 2.
        bool isAsItCame = labels.Equals(source.Labels) && (settings.Version == WriteVersion.V1 || _sendsMetadata);
        return isAsItCame ? source : new MetricSeries(labels);
    }

    private static bool IsInternal(string name) =>
        name.StartsWith("__", StringComparison.Ordinal) && name is not ("__name__" or "__replica__");

    /// <summary>FNV-1a.</summary>
    internal static uint Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 14695981039346656037;
        foreach (byte next in bytes)
        {
            hash = (hash ^ next) * 1099511628211;
        }
        return (uint)(hash ^ (hash >> 32));
    }
}
