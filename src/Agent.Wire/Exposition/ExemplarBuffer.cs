namespace Agent.Wire.Exposition;

/// <summary>One exemplar as read; reusable.</summary>
public sealed class ExemplarBuffer : IDisposable
{
    /// <summary>Sorted by name.</summary>
    public SeriesLabels Labels { get; } = new();

    public double Value { get; internal set; }

    public bool HasTimestamp { get; internal set; }

    /// <summary>Milliseconds since the Unix epoch.</summary>
    public long Timestamp { get; internal set; }

    public void Dispose() => Labels.Dispose();

    internal void CopyFrom(ExemplarBuffer other)
    {
        Labels.CopyFrom(other.Labels);
        Value = other.Value;
        HasTimestamp = other.HasTimestamp;
        Timestamp = other.Timestamp;
    }
}
