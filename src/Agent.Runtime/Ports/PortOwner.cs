using Agent.Runtime.Graph;
using Agent.Sdk.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Ports;

/// <summary>What the ports and edges of one component share.</summary>
internal sealed class PortOwner(string id, HealthBoard health, ILogger logger, TimeProvider time)
{
    private readonly BusyTime _busy = new(time);
    private long _handingTicks;
    private long _entered;
    private long _left;

    public string Id => id;

    public HealthBoard Health => health;

    public ILogger Logger => logger;

    public TimeProvider Time => time;

    public required MetricScope Metrics { get; init; }

    /// <summary><see cref="BusySeconds"/> as a metric reads it.</summary>
    public ObservedValue Busy => _busy;

    /// <summary>True after a failure, until a batch is taken again.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Seconds that producers spent inside the component, waiting for room included.</summary>
    public double BusySeconds => _busy.Read();

    /// <summary>The same without the time that it spent handing on what it got.</summary>
    public double OwnSeconds => Math.Max(0, BusySeconds - ((double)Volatile.Read(ref _handingTicks) / time.TimestampFrequency));

    /// <summary>Calls that have begun.</summary>
    public long Entered => Volatile.Read(ref _entered);

    /// <summary>Calls that have ended.</summary>
    public long Left => Volatile.Read(ref _left);

    public void Enter() => Interlocked.Increment(ref _entered);

    public void Leave() => Interlocked.Increment(ref _left);

    public void Worked(long ticks) => _busy.Add(ticks);

    /// <summary>Counts time that the component spent in another one.</summary>
    public void Handing(long ticks) => Interlocked.Add(ref _handingTicks, ticks);

    private sealed class BusyTime(TimeProvider time) : ObservedValue
    {
        private long _ticks;

        public void Add(long ticks) => Interlocked.Add(ref _ticks, ticks);

        public override double Read() => (double)Volatile.Read(ref _ticks) / time.TimestampFrequency;
    }
}
