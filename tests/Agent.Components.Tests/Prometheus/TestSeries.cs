using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Tests.Prometheus;

internal static class TestSeries
{
    public static MetricSeries Of(string name, params (string Name, string Value)[] labels)
    {
        var builder = new LabelSetBuilder();
        builder.Set("__name__", name);
        foreach ((string label, string value) in labels)
        {
            builder.Set(label, value);
        }
        return new MetricSeries(builder.ToLabelSet());
    }
}

/// <summary>Keeps the last batch itself, so that nothing is allocated.</summary>
internal sealed class MetricBatchSpy : IMetricConsumer
{
    public MetricBatch? Last { get; private set; }

    public Receipt? LastReceipt { get; private set; }

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        (Last, LastReceipt) = (batch, batch.Receipt);
        return ValueTask.CompletedTask;
    }
}
