using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Write;

/// <summary>Counts for one endpoint, and in the metric that it shares with all endpoints of the same host and tenant.</summary>
internal sealed class EndpointCounter(Counter shared)
{
    private long _value;

    /// <summary>What this endpoint alone has counted.</summary>
    public long Value => Interlocked.Read(ref _value);

    public void Add(long count)
    {
        Interlocked.Add(ref _value, count);
        shared.Add(count);
    }

    public void Increment() => Add(1);
}
