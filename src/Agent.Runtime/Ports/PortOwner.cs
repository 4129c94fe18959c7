using Agent.Runtime.Graph;
using Agent.Sdk.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Ports;

/// <summary>What the ports and edges of one component share.</summary>
internal sealed class PortOwner(string id, HealthBoard health, ILogger logger, TimeProvider time)
{
    private long _busyTicks;

    public string Id => id;

    public HealthBoard Health => health;

    public ILogger Logger => logger;

    public TimeProvider Time => time;

    public required MetricScope Metrics { get; init; }

    /// <summary>True after a failure, until a batch is taken again.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Seconds that producers spent inside the component, waiting for room included.</summary>
    public double BusySeconds => (double)Volatile.Read(ref _busyTicks) / time.TimestampFrequency;

    public void Busy(long start) => Interlocked.Add(ref _busyTicks, time.GetTimestamp() - start);
}
