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

    private WriteFixture(TimeProvider time)
    {
        Context = new TestComponentContext("loki.write.test", time);
        Component = new LokiWrite(Context);
    }

    public TestComponentContext Context { get; }

    public LokiWrite Component { get; }

    public static Task<WriteFixture> StartAsync(FakeTimeProvider time, params EndpointOptions[] endpoints) =>
        StartAsync(time, new LokiWrite.Arguments { Endpoint = [.. endpoints] });

    public static async Task<WriteFixture> StartAsync(TimeProvider time, LokiWrite.Arguments arguments)
    {
        var fixture = new WriteFixture(time);
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

    public async ValueTask DisposeAsync()
    {
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
