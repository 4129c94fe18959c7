using Agent.Sdk.Memory;
using Agent.Telemetry.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>What all targets of a component share.</summary>
internal sealed class ScrapeServices(TimeProvider time) : IDisposable
{
    /// <summary>Requests under way at once. Targets that do not answer hold theirs for the whole timeout, so there must be many.</summary>
    private const int MostRequests = 512;

    private volatile ScrapePlan? _plan;

    public TimeProvider Time => time;

    public required ScrapeMetrics Metrics { get; init; }

    public required ILogger Logger { get; init; }

    public MemoryGate Memory { get; init; } = MemoryGate.AlwaysOpen;

    public MetadataTable Metadata { get; } = new();

    public FailureLog Failures { get; } = new(time);

    public SemaphoreSlim Requests { get; } = new(MostRequests);

    /// <summary>Answers read and handed on at once: this much memory is in use, however many targets there are.</summary>
    public WorkspacePool Workspaces { get; } = new(Math.Max(4, 2 * Environment.ProcessorCount));

    /// <summary>Read once a scrape.</summary>
    public ScrapePlan Plan
    {
        get => _plan!;
        set => _plan = value;
    }

    public bool HasPlan => _plan is not null;

    public async ValueTask ForwardAsync(IMetricConsumer consumer, MetricBatch batch, CancellationToken stop)
    {
        int count = batch.Count + batch.Histograms.Length;
        long start = time.GetTimestamp();
        await consumer.ConsumeAsync(batch, stop);
        Metrics.FanOutLatency.Observe(time.GetElapsedTime(start).TotalSeconds);
        Metrics.Forwarded.Add(count);
    }

    /// <summary>The plan, whose client is used from now on and must be released.</summary>
    public ScrapePlan UsePlan()
    {
        while (true)
        {
            ScrapePlan plan = Plan;
            if (plan.Client.TryUse())
            {
                return plan;
            }
        }
    }

    public void Dispose()
    {
        _plan?.Client.Release();
        Workspaces.Dispose();
        Requests.Dispose();
    }
}
