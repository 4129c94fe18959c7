using Agent.Components.Common.Delivery;
using Agent.Components.Prometheus.RemoteWrite;
using Agent.Sdk;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

public sealed class RemoteAllocationTests
{
    private const int Series = 1000;

    [Theory]
    [InlineData(WriteMessage.V1)]
    [InlineData(WriteMessage.V2)]
    public async Task A_sample_of_a_known_series_costs_no_allocation(WriteMessage message)
    {
        using var context = new TestComponentContext("prometheus.remote_write.test");
        await using var write = new PrometheusRemoteWrite(context);
        var endpoint = new EndpointOptions
        {
            Url = new Uri("http://127.0.0.1:1/push"),
            ProtobufMessage = message,
            QueueConfig = new QueueOptions { MaxShards = 1, MaxSamplesPerSend = 10 * Series },
        };
        await write.ApplyAsync(
            new PrometheusRemoteWrite.Arguments { Endpoint = [endpoint], ExternalLabels = new ValueMap<string>([new("cluster", "west")]) },
            CancellationToken.None);
        using MetricBatch batch = Batch();
        // So many are one request: memory is then as large as it gets, and the next request begins.
        for (int warm = 0; warm < 10; warm++)
        {
            await write.ConsumeAsync(batch, CancellationToken.None);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        ValueTask taken = write.ConsumeAsync(batch, CancellationToken.None);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken.IsCompletedSuccessfully);
        await taken;
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(WriteVersion.V1)]
    [InlineData(WriteVersion.V2)]
    public void A_block_costs_a_few_objects_whatever_the_number_of_its_samples(WriteVersion version)
    {
        using var slot = new LaneSlot(version, 0);
        using var compressor = new BlockCompressor();
        using MetricBatch batch = Batch();
        for (int warm = 0; warm < 4; warm++)
        {
            Fill(slot, batch).Seal(compressor).Release();
        }
        // A collection that another test brings about empties the shared pool: then one block has to fill it again.
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Fill(slot, batch).Seal(compressor).Release();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.InRange(least, 0, 512);
    }

    private static LaneSlot Fill(LaneSlot slot, MetricBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            slot.AddSample(batch.Series[i], batch.Values[i], batch.Timestamps[i], 0);
        }
        return slot;
    }

    private static MetricBatch Batch()
    {
        var batch = new MetricBatch();
        for (int i = 0; i < Series; i++)
        {
            batch.Add(RemoteFixture.Series("requests_total", ("path", $"/{i}"), ("instance", "node:9100")), RemoteFixture.Then, i);
        }
        return batch;
    }
}
