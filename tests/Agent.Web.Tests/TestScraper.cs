using System.Globalization;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Scraping;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Web.Tests;

/// <summary>Says that it scrapes targets: of three the first is up, the second down, and the third not scraped yet, and so on.</summary>
/// <example>test.scraper "x" { job = "a" }</example>
[Component("test.scraper")]
public sealed class TestScraper(ComponentContext context) : IComponent<TestScraper.Arguments>, IScrapePool
{
    private Arguments _arguments = null!;

    public sealed record Arguments
    {
        /// <summary>Value of the job label.</summary>
        public required string Job { get; init; }

        /// <summary>How many targets there are.</summary>
        public int Count { get; init; } = 3;

        /// <summary>How many more are not scraped.</summary>
        public int Dropped { get; init; }

        /// <summary>Where its targets come from; they are not looked at.</summary>
        public ValueList<Target> Targets { get; init; } = [];

        /// <summary>What each target says of the metric a.</summary>
        public string Help { get; init; } = "One.";
    }

    public int DroppedCount => _arguments.Dropped;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        context.ReportHealth(HealthState.Healthy, "");
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public IEnumerable<ActiveTarget> ActiveTargets() => Enumerable.Range(0, _arguments.Count).Select(number => new ActiveTarget
    {
        Discovered = Labels(number, "__address__", "__metrics_path__"),
        Labels = Labels(number, "instance"),
        Url = $"http://{Address(number)}/metrics",
        Interval = "1m",
        Timeout = "10s",
        Last = (number % 3) switch
        {
            0 => new TargetScrapeResult(DateTimeOffset.UnixEpoch.AddMilliseconds(1500), TimeSpan.FromMilliseconds(50), ""),
            1 => new TargetScrapeResult(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(10), "server returned HTTP status 500 \"<é>\""),
            _ => null,
        },
    });

    public IEnumerable<LabelSet> DroppedTargets() => Enumerable.Range(0, _arguments.Dropped).Select(number => Labels(number, "dropped"));

    public IEnumerable<TargetMetadata> Metadata(string? family)
    {
        MetricMetadata[] told =
        [
            new("b_seconds", MetricType.Histogram, "Two.", "seconds"), new("a", MetricType.Counter, _arguments.Help), new("c", MetricType.Unknown),
        ];
        return Enumerable.Range(0, _arguments.Count)
            .Select(number => new TargetMetadata(Labels(number, "instance"), [.. told.Where(metadata => family is null || metadata.Family == family)]));
    }

    public ValueTask<TargetAnswer?> AskAsync(string url, CancellationToken stop)
    {
        ActiveTarget? target = ActiveTargets().FirstOrDefault(target => target.Url == url);
        return ValueTask.FromResult(target is null ? null : new TargetAnswer("text/html", "up 1\n"u8.ToArray(), target.Last?.Error ?? ""));
    }

    private static string Address(int number) => $"10.0.0.{number.ToString(CultureInfo.InvariantCulture)}:80";

    private LabelSet Labels(int number, params string[] names) => LabelSet.From(
        [KeyValuePair.Create("job", _arguments.Job), .. names.Select(name => KeyValuePair.Create(name, Address(number)))]);
}
