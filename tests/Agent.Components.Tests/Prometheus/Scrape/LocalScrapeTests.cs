using System.Buffers;
using Agent.Components.Prometheus.Scrape;
using Agent.Sdk;
using Agent.Sdk.Http;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.Scrape;

public sealed class LocalScrapeTests
{
    private static readonly Target Own = With(("__address__", LocalHttp.DefaultAddress));

    [Fact]
    public async Task A_page_of_the_process_is_scraped_without_a_socket()
    {
        var page = new Page { Text = "# TYPE a gauge\na{b=\"c\"} 1\n" };
        await using ScrapeHarness scrape = await StartAsync(page, static arguments => arguments, Own);

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.True(batch.IsUp);
        CollectedSample sample = Assert.Single(batch.Scraped);
        Assert.Equal(("a", "c", LocalHttp.DefaultAddress), (sample.Name, sample.Labels["b"], sample.Labels["instance"]));
        LocalRequest request = Assert.Single(page.Requests);
        Assert.Equal(("GET", "/metrics"), (request.Method, request.Path));
        Assert.StartsWith("application/openmetrics-text", request.Accept, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(10), request.ScrapeTimeout);
    }

    [Fact]
    public async Task The_format_is_the_one_of_the_answer()
    {
        var page = new Page { Text = "# TYPE a counter\na_total 1\n# EOF\n", ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8" };
        await using ScrapeHarness scrape = await StartAsync(page, static arguments => arguments, Own);

        Assert.Equal(1, (await scrape.ScrapeAsync()).Of("a_total").Value);
    }

    [Fact]
    public async Task Parameters_reach_the_page()
    {
        var page = new Page { Text = "a 1\n" };
        await using ScrapeHarness scrape = await StartAsync(
            page, static arguments => arguments, With(("__address__", LocalHttp.DefaultAddress), ("__param_target", "http://x/?y=1&z")));

        await scrape.ScrapeAsync();

        Assert.Equal("http://x/?y=1&z", Assert.Single(page.Requests).Query("target"));
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public async Task The_body_size_limit_holds(int length, bool fits)
    {
        var page = new Page { Text = "a 1" + new string('\n', length - 3) };
        await using ScrapeHarness scrape = await StartAsync(
            page, static arguments => arguments with { Limits = arguments.Limits with { BodySizeLimit = new ByteSize(7) } }, Own);

        Assert.Equal(fits, (await scrape.ScrapeAsync()).IsUp);
        Assert.Equal(fits ? 0 : 1, scrape.Metric("prometheus_target_scrapes_exceeded_body_size_limit_total"));
    }

    [Fact]
    public async Task A_page_that_does_not_answer_in_time_is_down()
    {
        var page = new Page { Hangs = true };
        await using ScrapeHarness scrape = await StartAsync(page, static arguments => arguments with { ScrapeTimeout = TimeSpan.FromSeconds(5) }, Own);
        for (int i = 0; i < 60 && page.Requests.Count == 0; i++)
        {
            scrape.Time.Advance(TimeSpan.FromSeconds(1));
        }
        scrape.Time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => scrape.Sink.Batches.Count > 0);

        Assert.False(scrape.Sink.Batches[0].IsUp);
    }

    [Fact]
    public async Task A_component_that_is_not_there_is_a_target_that_is_down()
    {
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(With(("__address__", LocalHttp.DefaultAddress)));

        Assert.False((await scrape.ScrapeAsync()).IsUp);
        var state = (ObjectValue)scrape.Component.DebugState();
        var target = (ObjectValue)((ArrayValue)state["target"])[0];
        Assert.Equal("server returned HTTP status 404 Not Found", ((StringValue)target["last_error"]).Text);
    }

    private static async Task<ScrapeHarness> StartAsync(
        Page page, Func<PrometheusScrape.Arguments, PrometheusScrape.Arguments> change, params Target[] targets)
    {
        ScrapeHarness scrape = await ScrapeHarness.StartAsync(change, targets);
        scrape.Context.Local.Add("test.page.x", page);
        return scrape;
    }

    private static Target With(params (string Name, string Value)[] labels) => new(LabelSet.From(
        [KeyValuePair.Create("__metrics_path__", "/api/v0/component/test.page.x/metrics"), .. labels.Select(static l => KeyValuePair.Create(l.Name, l.Value))]));

    private sealed class Page : IHttpHandler
    {
        public string Text { get; init; } = "";

        public string ContentType { get; init; } = "text/plain; version=0.0.4";

        public bool Hangs { get; init; }

        public List<LocalRequest> Requests { get; } = [];

        public async ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
        {
            Requests.Add(request);
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            }
            reply.ContentType = ContentType;
            reply.Body.Write(System.Text.Encoding.UTF8.GetBytes(Text));
        }
    }
}
