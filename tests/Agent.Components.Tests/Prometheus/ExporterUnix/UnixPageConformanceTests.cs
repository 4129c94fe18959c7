using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Tests.Prometheus.Exporter;
using Agent.Testing;
using Agent.Wire;
using Xunit.Abstractions;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

/// <summary>The component over the golden host: what it answers, and what that costs.</summary>
public sealed class UnixPageConformanceTests(ITestOutputHelper report) : IDisposable
{
    private readonly TestComponentContext _context = new("prometheus.exporter.unix.x");

    [ConformanceFact]
    public async Task The_page_is_the_golden_exposition()
    {
        using var fixtures = new NodeFixtures();
        UnixExporterOptions options = NodeExporterConformanceTests.Settings(fixtures).Options with { IncludeExporterMetrics = true };
        await using var component = new PrometheusExporterUnix(_context);
        await component.ApplyAsync(new PrometheusExporterUnix.Arguments { Options = fixtures.On(options) }, CancellationToken.None);

        Answer answer = await component.GetAsync();

        SortedDictionary<string, List<string>> expected = NodeFixtures.Families(NodeFixtures.Expected);
        SortedDictionary<string, List<string>> actual = NodeFixtures.Families(
            answer.Text.Replace(fixtures.Root.FullName, "collector/fixtures", StringComparison.Ordinal));
        var set = new ConformanceSet("node_exporter/page");
        foreach ((string name, List<string> lines) in actual)
        {
            bool depends = NodeExporterConformanceTests.Left.IsMatch(name);
            set.Case(name, () => !expected.TryGetValue(name, out List<string>? golden) ? "the reference has no such family"
                : depends ? Head(golden, lines) : NodeExporterConformanceTests.Difference(golden, lines));
        }
        set.Finish();
        Assert.Equal(expected["promhttp_metric_handler_requests_total"], actual["promhttp_metric_handler_requests_total"]);
        Assert.Equal(expected["promhttp_metric_handler_errors_total"], actual["promhttp_metric_handler_errors_total"]);
        Assert.Equal(expected["promhttp_metric_handler_requests_in_flight"], actual["promhttp_metric_handler_requests_in_flight"]);
    }

    [ConformanceFact]
    public void A_scrape_of_all_default_collectors_allocates_little()
    {
        const int Rounds = 20;
        const long Budget = 100_000;
        using var fixtures = new NodeFixtures();
        using CollectorSet collectors = CollectorCatalog.Create(
            new CollectorSettings { Options = fixtures.On(new UnixExporterOptions()) }, TimeProvider.System);
        using var output = new FamilyWriter();
        using var text = new GrowableBuffer();
        for (int i = 0; i < Rounds; i++)
        {
            Scrape(collectors, output, text);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            Scrape(collectors, output, text);
        }
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
        report.WriteLine($"{each} bytes a scrape");

        Assert.InRange(each, 0, Budget);
    }

    public void Dispose() => _context.Dispose();

    private static void Scrape(CollectorSet collectors, FamilyWriter output, GrowableBuffer text)
    {
        output.Clear();
        text.Clear();
        collectors.Scrape(output);
        output.CopyTo(text);
    }

    /// <summary>Help and type; the samples are the machine's own.</summary>
    private static string? Head(List<string> expected, List<string> actual) =>
        expected.Take(2).SequenceEqual(actual.Take(2)) ? null : $"\n  expected {expected[0]}\n  got      {actual[0]}";
}
