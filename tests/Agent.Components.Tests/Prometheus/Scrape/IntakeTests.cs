using System.Globalization;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Prometheus.Scrape;
using Agent.Telemetry;
using Agent.Testing;
using Xunit.Abstractions;

namespace Agent.Components.Tests.Prometheus.Scrape;

[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory;

// The memory of the whole process is measured: nothing else may run meanwhile.
[Collection(nameof(MeasuresMemory))]
public sealed class IntakeTests(ITestOutputHelper output) : IDisposable
{
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0";
    private const string Prometheus = "text/plain; version=0.0.4";
    private const int SeriesOfTarget = 1000;

    private readonly TestComponentContext _context = new();
    private readonly ScrapeWorkspace _workspace = new();
    private readonly ScrapeClient _client = new(HttpClientBuilder.Build(new HttpClientOptions(), TimeProvider.System));

    [Theory]
    [InlineData(Prometheus)]
    [InlineData(OpenMetrics)]
    public void Known_series_cost_no_allocation(string contentType)
    {
        byte[] body = Exposition(2000, contentType == OpenMetrics);
        using Intake intake = Make();
        IntakeScope scope = Scope();
        Scrape(intake, body, contentType, scope);
        Scrape(intake, body, contentType, scope);

        long before = GC.GetAllocatedBytesForCurrentThread();
        IntakeResult result = Scrape(intake, body, contentType, scope);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Null(result.Error);
        Assert.Equal(2000, result.Scraped);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_series_takes_less_than_half_a_kilobyte()
    {
        byte[] body = Exposition(SeriesOfTarget, openMetrics: false);
        using (var warm = new Intake(new ScrapeMetrics(_context.Metrics), new MetadataTable()))
        {
            Scrape(warm, body, Prometheus, Scope());
        }

        // The heap is the whole process's, and what earlier tests left comes and goes: the middle one of several rounds counts. None is
        // given back before the end, or the next round would have its arrays for nothing.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var intakes = new List<Intake>();
        long each = Enumerable.Range(0, 7).Select(_ => BytesKeptForEachSeries(body, intakes)).Order().ElementAt(3);

        output.WriteLine($"{each} bytes a series, of {body.Length / SeriesOfTarget} bytes of text");
        Assert.InRange(each, 1, 512);
        intakes.ForEach(static intake => intake.Dispose());
    }

    private long BytesKeptForEachSeries(byte[] body, List<Intake> intakes)
    {
        const int Targets = 20;
        IntakeScope scope = Scope();
        var metadata = new MetadataTable();
        var metrics = new ScrapeMetrics(_context.Metrics);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Targets; i++)
        {
            var intake = new Intake(metrics, metadata);
            Scrape(intake, body, Prometheus, scope);
            intakes.Add(intake);
        }
        return (GC.GetTotalMemory(forceFullCollection: true) - before) / (Targets * SeriesOfTarget);
    }

    public void Dispose()
    {
        _workspace.Dispose();
        _client.Release();
        _context.Dispose();
    }

    private static byte[] Exposition(int series, bool openMetrics)
    {
        var text = new StringBuilder();
        for (int i = 0; i < series; i++)
        {
            if (i % 20 == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP http_requests_{i} Requests, by path and code, überall.\n# TYPE http_requests_{i} gauge\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"http_requests_{i / 20 * 20}{{method=\"GET\",path=\"/api/v1/resource/{i}\",code=\"200\"}} {i}.5\n");
        }
        return Encoding.UTF8.GetBytes(text + (openMetrics ? "# EOF\n" : ""));
    }

    private static readonly TargetLabels Labels = new(LabelSet.From(
    [
        KeyValuePair.Create("instance", "10.1.2.3:8080"), KeyValuePair.Create("job", "kubernetes-pods"),
        KeyValuePair.Create("namespace", "shop"), KeyValuePair.Create("pod", "cart-7b9f6d8c5d-q8zrt"),
    ]));

    private IntakeResult Scrape(Intake intake, byte[] body, string contentType, IntakeScope scope)
    {
        _workspace.Clear();
        return intake.Read(body, contentType, scope);
    }

    private Intake Make() => new(new ScrapeMetrics(_context.Metrics), new MetadataTable());

    private IntakeScope Scope(Func<PrometheusScrape.Arguments, PrometheusScrape.Arguments>? change = null)
    {
        var arguments = new PrometheusScrape.Arguments { Targets = [], ForwardTo = [] };
        var plan = new ScrapePlan(change?.Invoke(arguments) ?? arguments, "job") { Client = _client };
        return new IntakeScope(plan, Labels, _workspace, 1_700_000_000_000);
    }
}
