using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>What one target tells of its metrics, and what of it is news. Not thread safe, but for <see cref="Known"/>.</summary>
internal sealed class MetricFamilies(MetadataTable shared) : IDisposable
{
    /// <summary>Scrapes for which a family is remembered that the target no longer tells of.</summary>
    private const uint Kept = 10;

    private readonly SeriesTextMap<Family> _families = new();
    private Family? _current;
    private uint _scrape = Kept;
    private int _seen;
    private bool _tellAll;

    /// <summary>What is known of the family at hand; null where nothing is.</summary>
    public MetricMetadata? Current => _current?.Metadata;

    /// <summary>The family at hand is described otherwise than by the scrape before.</summary>
    public bool IsNews => _current is not null && _current.ChangedIn == _scrape;

    public void Begin()
    {
        _current = null;
        _seen = 0;
        _scrape++;
    }

    /// <summary>Tell of all families with the next scrape: what was told so far did not arrive, or there is somebody new to tell.</summary>
    public void TellAll() => _tellAll = true;

    public void SetType(ReadOnlySpan<byte> name, MetricType type)
    {
        Family family = Enter(name);
        if (family.Type != type)
        {
            family.Type = type;
            family.IsDirty = true;
        }
    }

    public void SetHelp(ReadOnlySpan<byte> name, ReadOnlySpan<byte> help)
    {
        Family family = Enter(name);
        if (!IsText(help, family.Help))
        {
            family.Help = Encoding.UTF8.GetString(help);
            family.IsDirty = true;
        }
    }

    public void SetUnit(ReadOnlySpan<byte> name, ReadOnlySpan<byte> unit)
    {
        Family family = Enter(name);
        if (!IsText(unit, family.Unit))
        {
            family.Unit = Encoding.UTF8.GetString(unit);
            family.IsDirty = true;
        }
    }

    /// <summary>The lines about the family at hand are over: makes known what changed.</summary>
    public void Complete(MetricBatch? tell)
    {
        if (_current is not { } family || !(family.IsDirty || (_tellAll && family.ToldIn != _scrape)))
        {
            return;
        }
        if (family.IsDirty)
        {
            family.Metadata = shared.Intern(new MetricMetadata(family.Name, family.Type, family.Help, family.Unit));
            family.IsDirty = false;
            family.ChangedIn = _scrape;
        }
        family.ToldIn = _scrape;
        tell?.AddMetadata(family.Metadata!);
    }

    /// <summary>Ends a scrape that went well.</summary>
    public void Succeed()
    {
        _tellAll = false;
        if (_seen < _families.Count)
        {
            uint scrape = _scrape;
            lock (_families)
            {
                _families.RemoveWhere(family => scrape - family.Seen > Kept);
            }
        }
    }

    /// <summary>A series belongs to the family at hand: its name is the family's, with a suffix that the type allows.</summary>
    public bool Holds(ReadOnlySpan<byte> metric)
    {
        if (_current is not { } family || metric.Length < family.NameLength - "_total".Length)
        {
            return false;
        }
        if (IsText(metric, family.Name))
        {
            return true;
        }
        ReadOnlySpan<byte> bare = WithoutSuffix(metric, family.Type);
        return IsText(bare, family.Name)
            || (family.Type == MetricType.Counter && family.Name.EndsWith("_total", StringComparison.Ordinal) && IsText(bare, family.Name[..^6]))
            || (family.Type == MetricType.Info && family.Name.EndsWith("_info", StringComparison.Ordinal) && IsText(bare, family.Name[..^5]));
    }

    /// <summary>What is known of a family, or of all; asked from any thread.</summary>
    public IReadOnlyList<MetricMetadata> Known(string? name)
    {
        List<MetricMetadata> found = [];
        // Whoever scrapes takes the lock only to change which families there are, and looks them up without. Looking up here would move
        // the place that the map expects the next one at.
        lock (_families)
        {
            for (int i = 0; i < _families.Count; i++)
            {
                if (_families.ValueAt(i).Metadata is { } metadata && (name is null || metadata.Family == name))
                {
                    found.Add(metadata);
                }
            }
        }
        return found;
    }

    public void Dispose()
    {
        lock (_families)
        {
            _families.Dispose();
        }
    }

    private static ReadOnlySpan<byte> WithoutSuffix(ReadOnlySpan<byte> metric, MetricType type) => type switch
    {
        MetricType.Counter => Cut(metric, "_total"u8, "_created"u8, "_created"u8),
        MetricType.Histogram => Cut(metric, "_bucket"u8, "_sum"u8, "_count"u8),
        MetricType.GaugeHistogram => Cut(metric, "_bucket"u8, "_gsum"u8, "_gcount"u8),
        MetricType.Summary => Cut(metric, "_sum"u8, "_count"u8, "_created"u8),
        MetricType.Info => Cut(metric, "_info"u8, "_info"u8, "_info"u8),
        _ => metric,
    };

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> metric, ReadOnlySpan<byte> one, ReadOnlySpan<byte> two, ReadOnlySpan<byte> three) =>
        metric.EndsWith(one) ? metric[..^one.Length] : metric.EndsWith(two) ? metric[..^two.Length] : metric.EndsWith(three) ? metric[..^three.Length] : metric;

    private Family Enter(ReadOnlySpan<byte> name)
    {
        if (!_families.TryGet(name, out Family? family))
        {
            family = new Family(Encoding.UTF8.GetString(name), name.Length);
            lock (_families)
            {
                _families.Set(name, family);
            }
        }
        if (family.Seen != _scrape)
        {
            family.Seen = _scrape;
            _seen++;
        }
        _current = family;
        return family;
    }

    private static bool IsText(ReadOnlySpan<byte> utf8, string text)
    {
        if (Ascii.Equals(utf8, text))
        {
            return true;
        }
        if (utf8.Length < text.Length || Ascii.IsValid(utf8))
        {
            return false;
        }
        char[] decoded = ArrayPool<char>.Shared.Rent(utf8.Length);
        Utf8.ToUtf16(utf8, decoded, out _, out int length, replaceInvalidSequences: true);
        bool same = decoded.AsSpan(0, length).SequenceEqual(text);
        ArrayPool<char>.Shared.Return(decoded);
        return same;
    }

    private sealed class Family(string name, int nameLength)
    {
        public string Name { get; } = name;

        public int NameLength { get; } = nameLength;

        public MetricType Type { get; set; }

        public string Help { get; set; } = "";

        public string Unit { get; set; } = "";

        public MetricMetadata? Metadata { get; set; }

        public bool IsDirty { get; set; } = true;

        public uint Seen { get; set; }

        public uint ChangedIn { get; set; }

        public uint ToldIn { get; set; }
    }
}
