using Agent.Components.Prometheus.Scrape;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.Scrape;

/// <summary>A running prometheus.scrape whose time moves when told to.</summary>
internal sealed class ScrapeHarness : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PrometheusScrape _component;
    private Task _run = Task.CompletedTask;

    private ScrapeHarness()
    {
        Context = new TestComponentContext("prometheus.scrape.test", Time);
        _component = new PrometheusScrape(Context);
    }

    public FakeTimeProvider Time { get; } = new();

    public TestComponentContext Context { get; }

    public SampleCollector Sink { get; } = new();

    public PrometheusScrape Component => _component;

    public PrometheusScrape.Arguments Arguments { get; private set; } = new() { Targets = [], ForwardTo = [] };

    public static async Task<ScrapeHarness> StartAsync(
        Func<PrometheusScrape.Arguments, PrometheusScrape.Arguments> change, params Target[] targets)
    {
        var harness = new ScrapeHarness();
        harness.Arguments = harness.Arguments with { Targets = [.. targets], ForwardTo = [harness.Sink] };
        await harness.ApplyAsync(change);
        harness._run = harness._component.RunAsync(harness._stop.Token);
        return harness;
    }

    public static Task<ScrapeHarness> StartAsync(params Target[] targets) => StartAsync(static arguments => arguments, targets);

    public async Task ApplyAsync(Func<PrometheusScrape.Arguments, PrometheusScrape.Arguments> change)
    {
        Arguments = change(Arguments);
        await _component.ApplyAsync(Arguments, CancellationToken.None);
    }

    /// <summary>One interval passes, second by second; what the scrapes in it bring, in order.</summary>
    public async Task<IReadOnlyList<CollectedBatch>> IntervalAsync()
    {
        int before = Sink.Batches.Count;
        DateTimeOffset end = Time.GetUtcNow() + Arguments.ScrapeInterval;
        while (Time.GetUtcNow() < end)
        {
            TimeSpan left = end - Time.GetUtcNow();
            await StepAsync(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        }
        return [.. Sink.Batches.Skip(before)];
    }

    /// <summary>Time passes; what is scraped meanwhile ends before this does.</summary>
    public async Task StepAsync(TimeSpan by)
    {
        Time.Advance(by);
        await Eventually.TrueAsync(() => _component.IsIdle || _run.IsCompleted);
    }

    public async Task<CollectedBatch> ScrapeAsync() => Assert.Single(await IntervalAsync());

    public double Metric(string name) => Context.Registry.Families().Where(family => family.Name == name)
        .SelectMany(static family => family.Series)
        .Sum(static series => series.Instrument switch { Counter counter => counter.Value, Gauge gauge => gauge.Value, _ => 0 });

    /// <summary>Completes as the component's run does.</summary>
    public Task Ended => _run;

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _component.DisposeAsync();
        Context.Dispose();
        _stop.Dispose();
    }
}
