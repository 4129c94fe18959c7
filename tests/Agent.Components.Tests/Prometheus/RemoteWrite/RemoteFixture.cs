using Agent.Components.Prometheus.RemoteWrite;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using MetricSeries = Agent.Telemetry.Metrics.MetricSeries;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

/// <summary>One running <see cref="PrometheusRemoteWrite"/>.</summary>
internal sealed class RemoteFixture : IAsyncDisposable
{
    public const long Then = 1_700_000_000_000;

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, MetricSeries> _series = [];
    private Task _run = Task.CompletedTask;
    private bool _isDisposed;

    private RemoteFixture(TimeProvider time, string? storage)
    {
        Context = new TestComponentContext("prometheus.remote_write.test", time, storage);
        Component = new PrometheusRemoteWrite(Context);
    }

    public TestComponentContext Context { get; }

    public PrometheusRemoteWrite Component { get; }

    /// <summary>With the system's clock.</summary>
    public static Task<RemoteFixture> StartAsync(params EndpointOptions[] endpoints) =>
        StartAsync(TimeProvider.System, new PrometheusRemoteWrite.Arguments { Endpoint = [.. endpoints] });

    public static async Task<RemoteFixture> StartAsync(TimeProvider time, PrometheusRemoteWrite.Arguments arguments, string? storage = null)
    {
        var fixture = new RemoteFixture(time, storage);
        await fixture.Component.ApplyAsync(arguments, CancellationToken.None);
        fixture._run = Task.Run(() => fixture.Component.RunAsync(fixture._stop.Token));
        return fixture;
    }

    /// <summary>Sends each sample at once, by one request at a time, and retries soon.</summary>
    public static EndpointOptions To(RemoteSink sink) => new()
    {
        Url = new Uri(sink.Url),
        RemoteTimeout = TimeSpan.FromDays(1),
        QueueConfig = new QueueOptions
        {
            MaxShards = 1,
            MaxSamplesPerSend = 1,
            MinBackoff = TimeSpan.FromMilliseconds(1),
            MaxBackoff = TimeSpan.FromMilliseconds(4),
        },
        MetadataConfig = new MetadataOptions { Send = false },
    };

    public static MetricSeries Series(string name, params (string Name, string Value)[] labels) =>
        new(LabelSet.From([KeyValuePair.Create("__name__", name), .. labels.Select(static l => KeyValuePair.Create(l.Name, l.Value))]));

    /// <summary>Samples of one series each, the series the same for the same name.</summary>
    public async Task SendAsync(params (string Name, double Value, long Timestamp)[] samples)
    {
        using var batch = new MetricBatch();
        foreach ((string name, double value, long timestamp) in samples)
        {
            if (!_series.TryGetValue(name, out MetricSeries? series))
            {
                _series.Add(name, series = Series(name));
            }
            batch.Add(series, timestamp, value);
        }
        await Component.ConsumeAsync(batch, CancellationToken.None);
    }

    public Task StopAsync()
    {
        _stop.Cancel();
        return _run;
    }

    /// <summary>The sum of a counter over all series that carry the label.</summary>
    public long Count(string metric, string label = "", string value = "") => Context.Registry.Families()
        .Where(family => family.Name == metric)
        .SelectMany(static family => family.Series)
        .Where(series => label.Length == 0 || (Array.IndexOf(series.LabelNames, label) is >= 0 and int at && series.LabelValues[at] == value))
        .Sum(static series => series.Instrument is Counter counter ? counter.Value : 0);

    /// <summary>The sum of an observed or a set metric.</summary>
    public double Gauge(string metric) => Context.Registry.Families().Where(family => family.Name == metric)
        .SelectMany(static family => family.Series)
        .Sum(static series => series.Instrument switch { ObservedValue value => value.Read(), Gauge gauge => gauge.Value, _ => 0 });

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        await StopAsync();
        await Component.DisposeAsync();
        _stop.Dispose();
        Context.Dispose();
    }
}
