namespace Agent.Sdk.Metrics;

/// <summary>Help and type of a metric.</summary>
internal readonly record struct MetricKind(string Help, MetricType Type);

/// <summary>The labels of one series.</summary>
internal readonly record struct SeriesKey(string[] Names, string[] Values);

/// <summary>Finds series by the content of their labels.</summary>
internal sealed class SeriesComparer : IEqualityComparer<Instrument>, IAlternateEqualityComparer<SeriesKey, Instrument>
{
    public static SeriesComparer Instance { get; } = new();

    public bool Equals(Instrument? x, Instrument? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && Equals(new SeriesKey(x.LabelNames, x.LabelValues), y));

    public int GetHashCode(Instrument obj) => GetHashCode(new SeriesKey(obj.LabelNames, obj.LabelValues));

    public bool Equals(SeriesKey alternate, Instrument other) =>
        alternate.Values.AsSpan().SequenceEqual(other.LabelValues) && alternate.Names.AsSpan().SequenceEqual(other.LabelNames);

    public int GetHashCode(SeriesKey alternate)
    {
        var hash = new HashCode();
        foreach (string value in alternate.Values)
        {
            hash.Add(value, StringComparer.Ordinal);
        }
        return hash.ToHashCode();
    }

    public Instrument Create(SeriesKey alternate) => throw new System.Diagnostics.UnreachableException("BUG: a series is made with its instrument");
}
