using System.Net;
using System.Text.Json;

namespace Agent.Web.Tests.Live;

public sealed class LiveEndpointTests
{
    private const string Pipeline = """
        test.pump "source" {
          logs    = [test.log_sink.logs.receiver]
          metrics = [test.metric_sink.metrics.receiver]
        }

        test.log_sink "logs" { }

        test.metric_sink "metrics" { }
        """;

    private const string Live = Pipeline + "\nlivedebugging {\n  enabled = true\n}";

    [Fact]
    public async Task Nothing_is_shown_where_live_debugging_is_off()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pipeline);
        Assert.Equal(HttpStatusCode.Forbidden, (await web.GetAsync("/api/v1/live?from=test.pump.source")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?from=nobody")]
    [InlineData("?from=test.pump.source&to=nobody")]
    public async Task Unknown_components_are_a_404(string query)
    {
        await using WebHarness web = await WebHarness.StartAsync(Live);
        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync("/api/v1/live" + query)).Status);
    }

    [Fact]
    public async Task Entries_and_samples_that_pass_are_shown_while_somebody_watches()
    {
        await using WebHarness web = await WebHarness.StartAsync(Live);
        await using Stream stream = await web.Client.GetStreamAsync(new Uri(web.Url("/api/v1/live?from=test.pump.source")));
        using var reader = new StreamReader(stream);
        await web.GetAsync("/api/v0/component/test.pump.source/send?line=%3Cb%3Ehello");
        JsonElement[] samples = [await SampleAsync(reader), await SampleAsync(reader)];
        JsonElement log = samples.First(static one => one.GetProperty("type").GetString() == "loki_log");
        Assert.Equal("<b>hello", log.GetProperty("line").GetString());
        Assert.Equal("{\"app\":\"pump\"}", log.GetProperty("labels").GetRawText());
        JsonElement metric = samples.First(static one => one.GetProperty("type").GetString() == "prometheus_metric");
        Assert.Equal("1.5", metric.GetProperty("value").GetString());
        Assert.Equal("test.metric_sink.metrics", metric.GetProperty("to").GetString());
    }

    [Fact]
    public async Task A_filter_leaves_what_holds_its_text()
    {
        await using WebHarness web = await WebHarness.StartAsync(Live);
        await using Stream stream = await web.Client.GetStreamAsync(new Uri(web.Url("/api/v1/live?to=test.log_sink.logs&q=two")));
        using var reader = new StreamReader(stream);
        foreach (string line in (string[])["one", "two", "three"])
        {
            await web.GetAsync("/api/v0/component/test.pump.source/send?line=" + line);
        }
        Assert.Equal("two", (await SampleAsync(reader)).GetProperty("line").GetString());
    }

    [Fact]
    public async Task When_nobody_watches_any_more_no_edge_is_watched()
    {
        await using WebHarness web = await WebHarness.StartAsync(Live);
        using (Stream stream = await web.Client.GetStreamAsync(new Uri(web.Url("/api/v1/live?from=test.pump.source"))))
        {
            Assert.All(Edges(web), static edge => Assert.True(edge.IsWatched));
        }
        // The server notices at its next beat, within a second.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Edges(web).Any(static edge => edge.IsWatched))
        {
            await web.GetAsync("/-/ready");
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Theory]
    [InlineData(Live, false)]
    [InlineData(Pipeline, true)]
    public async Task A_reload_ends_the_stream_and_says_where_live_debugging_is_off_now(string next, bool isOff)
    {
        await using WebHarness web = await WebHarness.StartAsync(Live);
        await using Stream stream = await web.Client.GetStreamAsync(new Uri(web.Url("/api/v1/live?from=test.pump.source")));
        using var reader = new StreamReader(stream);
        web.Configuration = next;
        await web.LoadAsync();
        string rest = await reader.ReadToEndAsync();
        Assert.Equal(isOff, rest.Contains("event: off\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flood_is_sampled_and_counted()
    {
        await using WebHarness web = await WebHarness.StartAsync(Live);
        await using Stream stream = await web.Client.GetStreamAsync(new Uri(web.Url("/api/v1/live?to=test.log_sink.logs")));
        using var reader = new StreamReader(stream);
        Agent.Runtime.Ports.Edge edge = Edges(web).First(static edge => edge.DataType == "loki_log");
        using var batch = new Agent.Telemetry.Logs.LogBatch();
        for (int i = 0; i < 10_000; i++)
        {
            batch.Add(new Agent.Telemetry.Logs.LogEntry(Agent.Telemetry.LabelSet.Empty, 0, "x"u8.ToArray()));
        }
        await ((Agent.Runtime.Ports.LogEdge)edge).ConsumeAsync(batch, CancellationToken.None);
        while (true)
        {
            (string kind, JsonElement data) = await EventAsync(reader);
            if (kind == "beat" && data.GetProperty("seen").GetInt64() == 10_000)
            {
                Assert.InRange(data.GetProperty("skipped").GetInt64(), 9_700, 9_900);
                break;
            }
        }
    }

    [Fact]
    public async Task A_filter_finds_the_one_series_of_thousands_that_fits_and_histograms_too()
    {
        await using WebHarness web = await WebHarness.StartAsync(Live);
        await using Stream stream = await web.Client.GetStreamAsync(new Uri(web.Url("/api/v1/live?to=test.metric_sink.metrics&q=rare")));
        using var reader = new StreamReader(stream);
        Agent.Runtime.Ports.Edge edge = Edges(web).First(static edge => edge.DataType == "prometheus_metric");
        using var batch = new Agent.Telemetry.Metrics.MetricBatch();
        for (int i = 0; i < 10_000; i++)
        {
            batch.Add(new Agent.Telemetry.Metrics.MetricSeries(Agent.Telemetry.LabelSet.Empty.With("app", i == 5_001 ? "rare" : "common")), 1, i);
        }
        var histogram = new Agent.Telemetry.Metrics.MetricSeries(Agent.Telemetry.LabelSet.Empty.With("rare", "histogram"));
        batch.AddHistogram(new Agent.Telemetry.Metrics.HistogramSample(histogram, 2), default);
        await ((Agent.Runtime.Ports.MetricEdge)edge).ConsumeAsync(batch, CancellationToken.None);
        Assert.Equal("5001", (await SampleAsync(reader)).GetProperty("value").GetString());
        Assert.Equal("native histogram", (await SampleAsync(reader)).GetProperty("value").GetString());
    }

    private static IEnumerable<Agent.Runtime.Ports.Edge> Edges(WebHarness web) => web.Nodes.SelectMany(static node => node.Edges);

    private static async Task<JsonElement> SampleAsync(StreamReader reader)
    {
        while (true)
        {
            (string kind, JsonElement data) = await EventAsync(reader);
            if (kind == "sample")
            {
                return data;
            }
        }
    }

    private static async Task<(string Kind, JsonElement Data)> EventAsync(StreamReader reader)
    {
        string kind = (await reader.ReadLineAsync())!["event: ".Length..];
        using JsonDocument data = JsonDocument.Parse((await reader.ReadLineAsync())!["data: ".Length..]);
        Assert.Equal("", await reader.ReadLineAsync());
        return (kind, data.RootElement.Clone());
    }
}
