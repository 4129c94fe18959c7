using System.Runtime.CompilerServices;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Common.Metrics;

/// <summary>Hands metrics on, and measures it under the names that all of Alloy's components with receivers share.</summary>
internal sealed class MetricForwarding
{
    private static readonly double[] LatencyBuckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60];

    private readonly TimeProvider _time;
    private readonly Histogram _latency;
    private readonly Counter _samples;

    public MetricForwarding(ComponentContext context)
    {
        _time = context.Time;
        _latency = context.Metrics.Histogram(
            "prometheus_fanout_latency", "Write latency for sending to direct and indirect components.", LatencyBuckets);
        _samples = context.Metrics.Counter("prometheus_forwarded_samples_total", "Total number of samples sent to downstream components.");
    }

    /// <summary>Nothing is sent, and nothing counted, for an empty batch.</summary>
    public ValueTask SendAsync(IMetricConsumer next, MetricBatch batch, CancellationToken stop)
    {
        if (batch.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }
        long started = _time.GetTimestamp();
        int samples = batch.Count + batch.Histograms.Length;
        ValueTask sent = next.ConsumeAsync(batch, stop);
        if (!sent.IsCompletedSuccessfully)
        {
            return AwaitAsync(sent, samples, started);
        }
        Sent(samples, started);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask sent, int samples, long started)
    {
        await sent.ConfigureAwait(false);
        Sent(samples, started);
    }

    private void Sent(int samples, long started)
    {
        _samples.Add(samples);
        _latency.Observe(_time.GetElapsedTime(started).TotalSeconds);
    }
}
