using Agent.Components.Loki.SourceDocker;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceDocker;

/// <summary>One loki.source.docker on a fake daemon with a Unix socket, which can be stopped and started again.</summary>
internal sealed class DockerFixture : IAsyncDisposable
{
    public const string Id = "c0ffee";

    private CancellationTokenSource _stop = new();
    private LokiSourceDocker? _component;
    private FakeDocker? _docker;

    public FakeTimeProvider Time { get; } = new();

    public TestComponentContext Context { get; }

    public LogCollector Collected { get; } = new();

    public FakeContainer Container { get; private set; } = new();

    public Task Run { get; private set; } = Task.CompletedTask;

    public LokiSourceDocker Component => _component!;

    public string Socket { get; } = Path.Combine(Directory.CreateTempSubdirectory("invar-docker-").FullName, "docker.sock");

    public FakeDocker Docker => _docker!;

    public LokiSourceDocker.Arguments Arguments => new()
    {
        Host = $"unix://{Socket}",
        Targets = [TargetOf(Id)],
        ForwardTo = [Collected],
        Labels = new ValueMap<string>([KeyValuePair.Create("app", "docker")]),
    };

    public DockerFixture() => Context = new TestComponentContext("loki.source.docker.test", Time);

    public static Target TargetOf(string id, params (string Name, string Value)[] labels) =>
        new(LabelSet.From(labels.Select(static label => KeyValuePair.Create(label.Name, label.Value))).With("__meta_docker_container_id", id));

    public async Task DaemonAsync(FakeContainer? container = null)
    {
        File.Delete(Socket);
        _docker = await FakeDocker.StartAsync(Socket);
        Container = container ?? Container;
        _docker.Containers[Id] = Container;
    }

    public async Task StartAsync(LokiSourceDocker.Arguments? arguments = null)
    {
        _stop = new CancellationTokenSource();
        _component = new LokiSourceDocker(Context);
        await _component.ApplyAsync(arguments ?? Arguments, CancellationToken.None);
        Run = _component.RunAsync(_stop.Token);
    }

    /// <summary>Lets time go by until there are so many lines.</summary>
    public async Task<IEnumerable<string>> LinesAsync(int count)
    {
        await AdvanceUntilAsync(() => Collected.Entries.Count >= count);
        return Collected.Lines;
    }

    public Task AdvanceUntilAsync(Func<bool> condition) => Time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), condition);

    public async Task StopAsync()
    {
        if (_component is null)
        {
            return;
        }
        await _stop.CancelAsync();
        await Run.WaitAsync(TimeSpan.FromSeconds(30));
        Task disposing = _component.DisposeAsync().AsTask();
        await AdvanceUntilAsync(() => disposing.IsCompleted);
        _component = null;
        _stop.Dispose();
    }

    public double Metric(string name) =>
        Context.Registry.Families().Where(family => family.Name == name).SelectMany(static family => family.Series)
            .Sum(static series => series.Instrument is Counter counter ? counter.Value : ((Gauge)series.Instrument).Value);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_docker is not null)
        {
            await _docker.DisposeAsync();
        }
        Context.Dispose();
        Directory.Delete(Path.GetDirectoryName(Socket)!, recursive: true);
    }
}
