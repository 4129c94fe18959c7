using Agent.Sdk.Metrics;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.CustomMetrics;

/// <summary>One series of a metric that a user defined.</summary>
internal sealed class CustomSeries(Instrument instrument, LabelSet labels)
{
    private long _lastUsed;

    public Instrument Instrument => instrument;

    /// <summary>The labels as they are listed.</summary>
    public LabelSet Labels => labels;

    /// <summary>Sets of labels of entries that end in this series; touched under the family's lock.</summary>
    public List<LabelSet> Streams { get; } = [];

    /// <summary>A timestamp of the clock.</summary>
    public long LastUsed
    {
        get => Volatile.Read(ref _lastUsed);
        set => Volatile.Write(ref _lastUsed, value);
    }
}
