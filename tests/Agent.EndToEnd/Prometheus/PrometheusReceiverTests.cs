using System.Text;
using System.Text.Json;
using Agent.Testing;
using Agent.Wire;
using Agent.Wire.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Prometheus;

/// <summary>From a target through the agent into a real Prometheus.</summary>
public sealed class PrometheusReceiverTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [PeerFact(Peer.Prometheus)]
    public async Task What_a_target_shows_arrives_with_equal_values_and_with_external_labels()
    {
        await using PrometheusServer server = await PrometheusServer.StartAsync();
        await using MetricsPage page = await MetricsPage.StartAsync(
            """
            # HELP orders_total Orders taken.
            # TYPE orders_total counter
            orders_total{kind="a\"b\\c"} 12345678901
            orders_total{kind="große Menge",dc="of its own"} 0.1
            # TYPE load gauge
            load{state="negative"} -1.5e-7
            load{state="none"} NaN
            load{state="all"} +Inf
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.5"} 3
            wait_seconds_bucket{le="1"} 4
            wait_seconds_bucket{le="+Inf"} 6
            wait_seconds_sum 7.25
            wait_seconds_count 6
            bare 3

            """);
        _workspace.Configure(MetricPipelines.From(page) + MetricPipelines.To(server));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await server.CountIsAsync(11, "{job=\"shop\",__name__!~\"up|scrape_.*\"}");

        IReadOnlyList<QueriedSeries> all = await server.QueryAsync("{job=\"shop\",__name__!~\"up|scrape_.*\"}");
        // As Prometheus 3 does, whole bounds get a fraction.
        Assert.Equal(
            [
                ("bare{dc=\"fra-1\"}", 3), ("load{dc=\"fra-1\",state=\"all\"}", double.PositiveInfinity),
                ("load{dc=\"fra-1\",state=\"negative\"}", -1.5e-7), ("load{dc=\"fra-1\",state=\"none\"}", double.NaN),
                ("orders_total{dc=\"fra-1\",kind=\"a\"b\\c\"}", 12345678901), ("orders_total{dc=\"of its own\",kind=\"große Menge\"}", 0.1),
                ("wait_seconds_bucket{dc=\"fra-1\",le=\"+Inf\"}", 6), ("wait_seconds_bucket{dc=\"fra-1\",le=\"0.5\"}", 3),
                ("wait_seconds_bucket{dc=\"fra-1\",le=\"1.0\"}", 4), ("wait_seconds_count{dc=\"fra-1\"}", 6), ("wait_seconds_sum{dc=\"fra-1\"}", 7.25),
            ],
            all.Select(static series => (series.Text("cluster", "instance", "job"), series.Values[0].Value)).OrderBy(static pair => pair.Item1, StringComparer.Ordinal));
        Assert.All(all, series => Assert.Equal(page.Address, series.Labels["instance"]));
        Assert.All(all, static series => Assert.Equal("conveyor-platform", series.Labels["cluster"]));
        await server.ValueIsAsync(11, "scrape_samples_scraped{job=\"shop\",cluster=\"conveyor-platform\",dc=\"fra-1\"}");
        await server.AssertTookEverythingAsync();
    }

    [PeerFact(Peer.Prometheus)]
    public async Task Up_follows_the_target_and_series_that_are_gone_are_gone_at_once()
    {
        await using PrometheusServer server = await PrometheusServer.StartAsync();
        await using MetricsPage page = await MetricsPage.StartAsync("stays 1\ngoes 1\n");
        _workspace.Configure(MetricPipelines.From(page) + MetricPipelines.To(server));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        await server.ValueIsAsync(1, "goes");
        await server.ValueIsAsync(1, "up");

        // Without a marker both would be found for five minutes more.
        page.Show("stays 2\n");
        await server.CountIsAsync(0, "goes");
        await server.ValueIsAsync(2, "stays");
        page.Status = StatusCodes.Status500InternalServerError;
        await server.ValueIsAsync(0, "up");
        await server.CountIsAsync(0, "stays");

        page.Status = StatusCodes.Status200OK;
        await server.ValueIsAsync(1, "up");
        await server.ValueIsAsync(2, "stays");

        _workspace.Configure(MetricPipelines.To(server));
        await agent.ReloadAsync();
        await server.CountIsAsync(0, "{job=\"shop\"}");
        await server.AssertTookEverythingAsync();
    }

    [PeerFact(Peer.Prometheus)]
    public async Task Exemplars_and_native_histograms_arrive()
    {
        await using PrometheusServer server = await PrometheusServer.StartAsync();
        await using MetricsPage open = await MetricsPage.StartAsync(
            "# TYPE orders counter\norders_total 5 # {trace_id=\"4bf92f\"} 0.5\n# EOF\n", MetricsPage.OpenMetrics);
        await using MetricsPage binary = await MetricsPage.StartAsync(_ => NativeHistogram("wait_seconds"), MetricsPage.Protobuf);
        _workspace.Configure(
            MetricPipelines.From(open) + MetricPipelines.From(binary, "scrape_native_histograms = true", "native")
            + MetricPipelines.To(server, "send_native_histograms = true"));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await server.CountIsAsync(1, "wait_seconds{job=\"native\"}");
        await server.ValueIsAsync(5, "orders_total");
        JsonElement exemplar = default;
        await Eventually.TrueAsync(
            async () =>
            {
                JsonElement found = await server.DataAsync("query_exemplars?query=orders_total&start=0&end=4102444800");
                return found.GetArrayLength() == 1 && (exemplar = found[0].GetProperty("exemplars")[0]).ValueKind == JsonValueKind.Object;
            },
            static () => "there is no exemplar of orders_total");

        QueriedSeries histogram = Assert.Single(await server.QueryAsync("wait_seconds"));
        Assert.Equal(("6", "7.25"), (histogram.Histogram!.Value.GetProperty("count").GetString(), histogram.Histogram.Value.GetProperty("sum").GetString()));
        // Schema 0: each bound is twice the last.
        Assert.Equal(
            ["0.5 1 2", "1 2 1", "4 8 3"],
            histogram.Histogram.Value.GetProperty("buckets").EnumerateArray().Select(static bucket => $"{bucket[1]} {bucket[2]} {bucket[3]}"));
        Assert.Equal(6, await server.ValueAsync("histogram_count(wait_seconds)"));
        Assert.Equal("fra-1", histogram.Labels["dc"]);
        Assert.Equal("4bf92f", exemplar.GetProperty("labels").GetProperty("trace_id").GetString());
        Assert.Equal("0.5", exemplar.GetProperty("value").GetString());
        await server.AssertTookEverythingAsync();
    }

    [PeerFact(Peer.Prometheus)]
    public async Task Version_2_of_remote_write_loses_nothing_on_a_receiver_that_knows_only_version_1()
    {
        await using PrometheusServer server = await PrometheusServer.StartAsync();
        int served = 0;
        await using MetricsPage page = await MetricsPage.StartAsync(_ => $"served_total {Interlocked.Increment(ref served)}\n");
        _workspace.Configure(MetricPipelines.From(page) + MetricPipelines.To(server, "protobuf_message = \"io.prometheus.write.v2.Request\""));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await Eventually.TrueAsync(
            async () => await server.ValueAsync("served_total") >= 4, () => $"{served} scrapes, of which fewer than 4 arrived: {string.Join('\n', agent.Lines.TakeLast(20))}");

        // Each scrape left its mark, the first one too, and brought its value unless the target was too slow for it. The two come in requests
        // of their own.
        QueriedSeries series = Assert.Single(await server.QueryAsync("served_total[5m]"));
        (double time, double scrapes) = series.Values[^1];
        (double Time, double Value)[] up = [];
        await Eventually.TrueAsync(
            async () =>
            {
                up = [.. (await server.QueryAsync("up[5m]")).SelectMany(static found => found.Values).Where(sample => sample.Time <= time)];
                return up.Length >= scrapes && up.Count(static sample => sample.Value > 0) == series.Values.Count;
            },
            () => $"of {scrapes} scrapes came {string.Join(' ', up)} and {string.Join(' ', series.Values)}");
        await server.AssertTookEverythingAsync();
    }

    /// <summary>A family of one histogram: two in the bucket up to 1, one up to 2, three up to 8.</summary>
    private static byte[] NativeHistogram(string name)
    {
        using var family = new GrowableBuffer();
        var writer = new ProtobufWriter(family);
        writer.WriteString(1, Encoding.UTF8.GetBytes(name));
        writer.WriteUInt64(3, 4);
        ProtobufMark metric = writer.BeginMessage(4);
        ProtobufMark histogram = writer.BeginMessage(7);
        writer.WriteUInt64(1, 6);
        writer.WriteDouble(2, 7.25);
        writer.WriteDouble(6, 0.001);
        foreach ((int offset, ulong length) in ((int, ulong)[])[(0, 2), (1, 1)])
        {
            ProtobufMark span = writer.BeginMessage(12);
            writer.WriteSInt64(1, offset);
            writer.WriteUInt64(2, length);
            writer.EndMessage(span);
        }
        writer.WriteBytes(13, [.. ((int[])[2, -1, 2]).Select(static delta => (byte)Varint.ZigZag(delta))]);
        writer.EndMessage(histogram);
        writer.EndMessage(metric);
        byte[] prefix = new byte[Varint.MaxLength];
        return [.. prefix[..Varint.Write(prefix, (uint)family.Length)], .. family.Written];
    }
}
