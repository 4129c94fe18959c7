using Agent.Runtime.Graph;
using Agent.Runtime.Ports;
using Agent.Runtime.Tests.Graph;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Runtime.Tests.Ports;

public sealed class MetricPortTests
{
    private const string Pipeline = """
        test.metric_sink "out" { }
        test.metric_source "in" { forward_to = [test.metric_sink.out.receiver] }
        """;

    [Fact]
    public async Task Samples_go_from_source_to_sink_and_are_counted_on_their_edge()
    {
        await using var runtime = new TestRuntime();
        LoadResult result = await runtime.LoadAsync(Pipeline);
        Assert.True(result.Success, result.ErrorText);

        await runtime.Component<TestMetricSource>("test.metric_source.in").SendAsync();

        var collected = runtime.Component<TestMetricSink>("test.metric_sink.out").Collected;
        Assert.Equal([(1, 0.0), (2, 1.0)], collected.Samples.Select(static sample => (sample.Timestamp, sample.Value)));
        Assert.Equal(1UL, Assert.Single(collected.Histograms).Head.Count);
        var edge = Assert.IsType<MetricEdge>(Assert.Single(runtime.Node("test.metric_source.in").Edges));
        Assert.Equal(("test.metric_source.in", "test.metric_sink.out", "prometheus_metric", 3L), (edge.From, edge.To, edge.DataType, edge.Items.Value));
    }

    [Fact]
    public async Task Who_watches_an_edge_sees_what_passes_until_they_stop()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline);
        Edge edge = Assert.Single(runtime.Node("test.metric_source.in").Edges);
        var first = new CountingWatcher();
        var second = new CountingWatcher();
        IDisposable watch = edge.Watch(first);
        using (edge.Watch(second))
        {
            await runtime.Component<TestMetricSource>("test.metric_source.in").SendAsync();
        }
        await runtime.Component<TestMetricSource>("test.metric_source.in").SendAsync();
        watch.Dispose();
        watch.Dispose();
        await runtime.Component<TestMetricSource>("test.metric_source.in").SendAsync();

        Assert.Equal((2, 1), (first.Batches, second.Batches));
        Assert.False(edge.IsWatched);
        Assert.Equal(9 * 16, edge.ByteCount);
    }

    [Fact]
    public async Task An_edge_goes_with_the_arguments_that_named_its_receiver_and_comes_back_with_them()
    {
        const string Sinks = """
            test.metric_sink "out" { }
            test.metric_sink "other" { }

            """;
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Sinks + """test.metric_source "in" { forward_to = [test.metric_sink.out.receiver, test.metric_sink.other.receiver] }""");
        Assert.Equal(["test.metric_sink.out", "test.metric_sink.other"], Receivers(runtime));

        await runtime.LoadAsync(Sinks + """test.metric_source "in" { forward_to = [test.metric_sink.other.receiver] }""");
        Assert.Equal(["test.metric_sink.other"], Receivers(runtime));

        LoadResult refused = await runtime.LoadAsync(Sinks + """
            test.metric_sink "third" { }
            test.metric_source "in" { forward_to = [test.metric_sink.out.receiver, test.metric_sink.third.receiver] }
            test.nonsense "x" { }
            """);
        Assert.False(refused.Success);
        Assert.Equal(["test.metric_sink.other"], Receivers(runtime));

        await runtime.LoadAsync(Sinks + """test.metric_source "in" { forward_to = [test.metric_sink.out.receiver] }""");
        await runtime.Component<TestMetricSource>("test.metric_source.in").SendAsync();
        Assert.Equal(["test.metric_sink.out"], Receivers(runtime));
        Assert.Equal(3, Assert.Single(runtime.Node("test.metric_source.in").Edges).Items.Value);
    }

    [Fact]
    public async Task Time_in_those_that_a_component_hands_data_to_is_not_its_own()
    {
        var time = new FakeTimeProvider();
        var metrics = new Agent.Sdk.Metrics.MetricRegistry();
        PortOwner Owner(string id) => new(id, new HealthBoard(time), NullLogger.Instance, time) { Metrics = metrics.Scope(KeyValuePair.Create("component_id", id)) };
        PortOwner source = Owner("source");
        PortOwner middle = Owner("middle");
        PortOwner sink = Owner("sink");
        var slow = new SlowConsumer(time, TimeSpan.FromSeconds(3), null);
        var between = new SlowConsumer(time, TimeSpan.FromSeconds(1), (MetricEdge)new MetricPort(slow, sink).EdgeFrom(middle));
        var edge = (MetricEdge)new MetricPort(between, middle).EdgeFrom(source);
        using var batch = new MetricBatch();

        await edge.ConsumeAsync(batch, default);

        Assert.Equal((4, 1), (middle.BusySeconds, middle.OwnSeconds));
        Assert.Equal((3, 3), (sink.BusySeconds, sink.OwnSeconds));
        Assert.Equal((0, 0), (source.BusySeconds, source.OwnSeconds));
    }

    private sealed class SlowConsumer(FakeTimeProvider time, TimeSpan takes, MetricEdge? next) : IMetricConsumer
    {
        public async ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
        {
            time.Advance(takes);
            if (next is not null)
            {
                await next.ConsumeAsync(batch, stop);
            }
        }
    }

    /// <summary>Where its edges lead, and the series of them.</summary>
    private static string[] Receivers(TestRuntime runtime)
    {
        string[] edges = [.. runtime.Node("test.metric_source.in").Edges.Select(static edge => edge.To)];
        string[] series =
        [
            .. runtime.Metrics.Families().Where(static family => family.Name == "invar_edge_samples_total").SelectMany(static family => family.Series)
                .Select(static one => one.LabelValues[Array.IndexOf(one.LabelNames, "to_component_id")]),
        ];
        Assert.Equal(edges.Order(StringComparer.Ordinal), series.Order(StringComparer.Ordinal));
        return edges;
    }

    private sealed class CountingWatcher : IEdgeWatcher
    {
        public int Batches { get; private set; }

        public void See(Agent.Telemetry.Logs.LogBatch batch) => throw new InvalidOperationException("no logs pass here");

        public void See(MetricBatch batch) => Batches++;
    }

    [Fact]
    public async Task Every_receiver_of_a_list_gets_an_edge_of_its_own()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync("""
            test.metric_sink "a" { }
            test.metric_sink "b" { broken = true }
            test.metric_source "in" { forward_to = [test.metric_sink.b.receiver, test.metric_sink.a.receiver] }
            """);

        await runtime.Component<TestMetricSource>("test.metric_source.in").SendAsync();

        Assert.Equal(2, runtime.Component<TestMetricSink>("test.metric_sink.a").Collected.Samples.Count);
        Assert.Equal(
            ["test.metric_sink.a", "test.metric_sink.b"],
            runtime.Node("test.metric_source.in").Edges.Select(static edge => edge.To).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("broken = true", "cannot take samples: broken sink")]
    [InlineData("late = true", "cannot take samples: late failure")]
    public async Task A_sink_that_throws_becomes_unhealthy_until_it_takes_a_batch_again(string arguments, string message)
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline.Replace("{ }", $"{{ {arguments} }}", StringComparison.Ordinal));
        var source = runtime.Component<TestMetricSource>("test.metric_source.in");

        await source.SendAsync();

        NodeHealth health = runtime.Node("test.metric_sink.out").Health.Current;
        Assert.Equal((HealthState.Unhealthy, message), (health.State, health.Message));
        Assert.Equal(3, Dropped(runtime));

        Assert.True((await runtime.LoadAsync(Pipeline)).Success);
        await source.SendAsync();

        Assert.Equal(HealthState.Healthy, runtime.Node("test.metric_sink.out").Health.Current.State);
        Assert.Equal(3, Dropped(runtime));
    }

    [Fact]
    public async Task A_stop_of_the_sender_is_no_failure_of_the_sink()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline.Replace("{ }", "{ late = true }", StringComparison.Ordinal));

        var stopped = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runtime.Component<TestMetricSource>("test.metric_source.in").SendAsync(stopped));

        Assert.Equal(HealthState.Healthy, runtime.Node("test.metric_sink.out").Health.Current.State);
        Assert.Equal(0, Dropped(runtime));
    }

    [Fact]
    public async Task A_reload_finds_the_same_receiver_equal_and_applies_nothing()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline);

        Assert.True((await runtime.LoadAsync("// moved\n" + Pipeline)).Success);

        Assert.Equal(1, runtime.Component<TestMetricSource>("test.metric_source.in").Applied);
    }

    [Fact]
    public async Task A_receiver_of_logs_is_refused_where_metrics_are_sent()
    {
        await using var runtime = new TestRuntime();

        LoadResult result = await runtime.LoadAsync("""
            test.sink "logs" { }
            test.metric_source "in" { forward_to = [test.sink.logs.receiver] }
            """);

        Assert.Contains("expected capsule(\"storage.Appendable\"), got capsule(\"loki.LogsReceiver\")", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edge_and_port_allocate_nothing()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline.Replace("{ }", "{ discard = true }", StringComparison.Ordinal));
        var edge = (MetricEdge)Assert.Single(runtime.Node("test.metric_source.in").Edges);
        using var batch = new MetricBatch();
        batch.Add(new MetricSeries(LabelSet.Empty.With("__name__", "up")), 1, 1);

        long allocated = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                ValueTask sent = edge.ConsumeAsync(batch, CancellationToken.None);
                Assert.True(sent.IsCompletedSuccessfully);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static double Dropped(TestRuntime runtime) =>
        runtime.Metrics.Scope(new("component_path", "/"), new("component_id", "test.metric_sink.out"))
            .Counter("invar_port_dropped_samples_total", "Lost samples because a component failed to take them.").Value;
}
