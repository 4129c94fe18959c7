using System.Text;
using Agent.Components.Loki.Write;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Write;

/// <summary>One running <see cref="LokiWrite"/>.</summary>
internal sealed class WriteFixture : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;
    private bool _isDisposed;

    private WriteFixture(TimeProvider time, string? storage)
    {
        Context = new TestComponentContext("loki.write.test", time, storage);
        Component = new LokiWrite(Context);
    }

    public TestComponentContext Context { get; }

    public LokiWrite Component { get; }

    public static Task<WriteFixture> StartAsync(FakeTimeProvider time, params EndpointOptions[] endpoints) =>
        StartAsync(time, new LokiWrite.Arguments { Endpoint = [.. endpoints] });

    /// <param name="time">The clock.</param>
    /// <param name="arguments">The configuration.</param>
    /// <param name="storage">A folder that outlives the component.</param>
    public static async Task<WriteFixture> StartAsync(TimeProvider time, LokiWrite.Arguments arguments, string? storage = null)
    {
        var fixture = new WriteFixture(time, storage);
        await fixture.Component.ApplyAsync(arguments, CancellationToken.None);
        fixture._run = Task.Run(() => fixture.Component.RunAsync(fixture._stop.Token));
        return fixture;
    }

    /// <summary>As <see cref="StartAsync(TimeProvider, LokiWrite.Arguments, string?)"/>, with a disk that takes nothing.</summary>
    public static async Task<WriteFixture> StartWithoutDiskAsync(TimeProvider time, LokiWrite.Arguments arguments)
    {
        var fixture = new WriteFixture(time, storage: null);
        // A file stands where the queue's folder would be.
        await File.WriteAllTextAsync(Path.Combine(fixture.Context.StoragePath, "queue"), "");
        await fixture.Component.ApplyAsync(arguments, CancellationToken.None);
        fixture._run = Task.Run(() => fixture.Component.RunAsync(fixture._stop.Token));
        return fixture;
    }

    public static EndpointOptions To(LokiSink sink) => new()
    {
        Url = new Uri(sink.Url),
        RemoteTimeout = TimeSpan.FromDays(1),
        QueueConfig = new QueueOptions { DrainTimeout = TimeSpan.FromMinutes(1) },
    };

    public static LogBatch Batch(LabelSet labels, params string[] lines)
    {
        var batch = new LogBatch();
        foreach (string line in lines)
        {
            batch.Add(new LogEntry(labels, 1_700_000_000_000_000_001, Encoding.UTF8.GetBytes(line)));
        }
        return batch;
    }

    public static LabelSet Labels(params (string Name, string Value)[] labels) =>
        LabelSet.From(labels.Select(static l => KeyValuePair.Create(l.Name, l.Value)));

    /// <summary>Sends and settles the source's own hold, as sources do that can replay.</summary>
    public async Task SendAsync(TestReceipt receipt, LabelSet labels, params string[] lines)
    {
        using LogBatch batch = Batch(labels, lines);
        batch.Receipt = receipt;
        await Component.ConsumeAsync(batch, CancellationToken.None);
        receipt.Settle();
    }

    public ValueTask SendAsync(LabelSet labels, params string[] lines) =>
        Component.ConsumeAsync(Batch(labels, lines), CancellationToken.None);

    /// <summary>Starts an orderly stop, and gives the task that ends with it.</summary>
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

    /// <summary>The sum of an observed metric.</summary>
    public double Gauge(string metric) => Context.Registry.Families().Where(family => family.Name == metric)
        .SelectMany(static family => family.Series).Sum(static series => series.Instrument is ObservedValue value ? value.Read() : 0);

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

/// <summary>Remembers that it was settled.</summary>
internal sealed class TestReceipt : Receipt
{
    private volatile bool _isSettled;

    public bool IsSettled => _isSettled;

    protected override void OnSettled() => _isSettled = true;
}
