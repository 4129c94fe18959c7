using Agent.Components.Loki.SourceFile;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceFile;

/// <summary>One loki.source.file on a folder of its own, which can be stopped and started again.</summary>
internal sealed class SourceFileFixture : IAsyncDisposable
{
    private CancellationTokenSource _stop = new();
    private LokiSourceFile? _component;
    private Task _run = Task.CompletedTask;

    public SourceFileFixture(TimeProvider? time = null) => Context = new TestComponentContext("loki.source.file.test", time);

    public TestComponentContext Context { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("invar-tail-").FullName;

    public LogCollector Collected { get; } = new();

    public LokiSourceFile Component => _component!;

    public string PathOf(string name) => Path.Combine(Folder, name);

    public void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    public void Append(string name, string text) => File.AppendAllText(PathOf(name), text);

    public Target TargetOf(string name, params (string Name, string Value)[] labels)
    {
        LabelSet set = LabelSet.From(labels.Select(static label => KeyValuePair.Create(label.Name, label.Value)));
        return new Target(set.With("__path__", PathOf(name)).With("__internal", "x"));
    }

    public LokiSourceFile.Arguments ArgumentsFor(params string[] names) => new()
    {
        Targets = new ValueList<Target>([.. names.Select(name => TargetOf(name))]),
        ForwardTo = [Collected],
    };

    public Task StartAsync(params string[] names) => StartAsync(ArgumentsFor(names));

    public async Task StartAsync(LokiSourceFile.Arguments arguments)
    {
        _stop = new CancellationTokenSource();
        _component = new LokiSourceFile(Context);
        await _component.ApplyAsync(arguments, CancellationToken.None);
        _run = _component.RunAsync(_stop.Token);
    }

    public Task ApplyAsync(LokiSourceFile.Arguments arguments) => _component!.ApplyAsync(arguments, CancellationToken.None).AsTask();

    public LokiSourceFile.Arguments With(ILogConsumer consumer, params string[] names) =>
        ArgumentsFor(names) with { ForwardTo = [consumer] };

    public async Task StopAsync()
    {
        if (_component is null)
        {
            return;
        }
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(30));
        await _component.DisposeAsync();
        _component = null;
        _stop.Dispose();
    }

    public double Metric(string name, string? label = null, string? value = null) =>
        Context.Registry.Families().Where(family => family.Name == name).SelectMany(static family => family.Series)
            .Where(series => label is null || series.LabelValues[Array.IndexOf(series.LabelNames, label)] == value)
            .Sum(static series => series.Instrument switch
            {
                Agent.Sdk.Metrics.Counter counter => counter.Value,
                Agent.Sdk.Metrics.Gauge gauge => gauge.Value,
                _ => 0,
            });

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Context.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
