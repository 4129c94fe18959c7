namespace Agent.Sdk.Metrics;

/// <summary>Help and type of a metric.</summary>
internal readonly record struct MetricKind(string Help, MetricType Type);

/// <summary>The labels of one series, compared by content.</summary>
internal readonly struct SeriesKey(string[] names, string[] values) : IEquatable<SeriesKey>
{
    public string[] Names => names;

    public string[] Values => values;

    public bool Equals(SeriesKey other) => values.AsSpan().SequenceEqual(other.Values) && names.AsSpan().SequenceEqual(other.Names);

    public override bool Equals(object? obj) => obj is SeriesKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (string value in values)
        {
            hash.Add(value, StringComparer.Ordinal);
        }
        return hash.ToHashCode();
    }
}
