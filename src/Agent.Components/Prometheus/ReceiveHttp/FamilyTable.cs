using System.Text;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.ReceiveHttp;

/// <summary>Metadata as it was received, beside what it became: the one to compare with, the other to hand on.</summary>
internal sealed class Description(MetricMetadata metadata, FamilyTable families)
{
    private readonly int _generation = families.Generation;
    private readonly byte[] _help = Encoding.UTF8.GetBytes(metadata.Help);
    private readonly byte[] _unit = Encoding.UTF8.GetBytes(metadata.Unit);

    public MetricMetadata Metadata => metadata;

    public bool Says(WriteMetadataView received) =>
        _generation == families.Generation && received.Type == metadata.Type && received.Help.SequenceEqual(_help) && received.Unit.SequenceEqual(_unit);
}

/// <summary>What senders say of metric families: receivers are told what is new or has changed, not what they know.</summary>
internal sealed class FamilyTable
{
    /// <summary>When exceeded all are forgotten, and told again.</summary>
    private const int MaxFamilies = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Description> _families = new(StringComparer.Ordinal);
    private int _generation;

    /// <summary>Rises when all is to be told again.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>Version 2 has metadata with the series, and does not name the family.</summary>
    public Description Note(MetricSeries series, WriteMetadataView metadata, MetricBatch into)
    {
        string name = series.Labels["__name__"];
        return Note(metadata.ToMetadata() with { Family = FamilyOf(name, metadata.Type) }, into);
    }

    public Description Note(MetricMetadata metadata, MetricBatch into)
    {
        lock (_gate)
        {
            if (_families.TryGetValue(metadata.Family, out Description? known) && known.Metadata == metadata)
            {
                return known;
            }
            if (_families.Count >= MaxFamilies)
            {
                Forget();
            }
            var description = new Description(metadata, this);
            _families[metadata.Family] = description;
            into.AddMetadata(metadata);
            return description;
        }
    }

    /// <summary>Receivers did not get what they were to be told, so they are told again what comes next.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _families.Clear();
            Interlocked.Increment(ref _generation);
        }
    }

    private static string FamilyOf(string name, MetricType type)
    {
        string[] suffixes = type switch
        {
            MetricType.Histogram or MetricType.GaugeHistogram => ["_bucket", "_count", "_sum"],
            MetricType.Summary => ["_count", "_sum"],
            _ => [],
        };
        string? suffix = Array.Find(suffixes, candidate => name.Length > candidate.Length && name.EndsWith(candidate, StringComparison.Ordinal));
        return suffix is null ? name : name[..^suffix.Length];
    }
}
