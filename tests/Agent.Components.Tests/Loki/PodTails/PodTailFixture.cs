using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.SourceKubernetes;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Loki.PodTails;

/// <summary>One loki.source.kubernetes that follows a container of a fake API server, which can be stopped and started again.</summary>
internal sealed class PodTailFixture : IAsyncDisposable
{
    public const string Uid = "0b5e7c7a-0001";

    // 2024-05-06T07:00:00Z and a fraction of a second.
    public const long T = 1_714_978_800_123_456_789;

    private CancellationTokenSource _stop = new();
    private LokiSourceKubernetes? _component;
    private FakeApiServer? _server;

    public PodTailFixture() => Context = new TestComponentContext("loki.source.kubernetes.test", Time);

    public FakeTimeProvider Time { get; } = new();

    public TestComponentContext Context { get; }

    public LogCollector Collected { get; } = new();

    public FakeContainerLog Log { get; } = new();

    public Task Run { get; private set; } = Task.CompletedTask;

    public LokiSourceKubernetes Component => _component!;

    public FakeApiServer Server => _server!;

    /// <summary>Where a kubelet of this node would keep logs.</summary>
    public string PodLogs { get; } = Directory.CreateTempSubdirectory("invar-pods-").FullName;

    public string ContainerFolder => Path.Combine(PodLogs, $"shop_web-0_{Uid}", "web");

    public LokiSourceKubernetes.Arguments Arguments => new()
    {
        Targets = [TargetOf()],
        ForwardTo = [Collected],
        PodLogsPath = PodLogs,
        Client = new KubernetesClientOptions { ApiServer = _server?.Url ?? new Uri("http://127.0.0.1:1/") },
    };

    public static Target TargetOf(params (string Name, string Value)[] labels)
    {
        var builder = new LabelSetBuilder(LabelSet.From(labels.Select(static label => KeyValuePair.Create(label.Name, label.Value))));
        builder.Set("__meta_kubernetes_namespace", "shop");
        builder.Set("__meta_kubernetes_pod_name", "web-0");
        builder.Set("__meta_kubernetes_pod_container_name", "web");
        builder.Set("__meta_kubernetes_pod_uid", Uid);
        return new Target(builder.ToLabelSet());
    }

    public async Task ServeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _server.Logs = (request, http) => Log.SendAsync(request, http);
        PutPod();
    }

    /// <summary>Tells the server what the container does now.</summary>
    public void PutPod(string restartPolicy = "Always", string? state = null)
    {
        state ??= Log.IsRunning
            ? """{"running":{"startedAt":"2024-05-06T06:00:00Z"}}"""
            : """{"terminated":{"exitCode":0,"finishedAt":"2024-05-06T07:00:00Z"}}""";
        _server!.Put("v1/pods", $$"""
            {
              "metadata": {"name": "web-0", "namespace": "shop", "uid": "{{Uid}}"},
              "spec": {"restartPolicy": "{{restartPolicy}}", "containers": [{"name": "web"}]},
              "status": {"phase": "Running", "containerStatuses": [{"name": "web", "restartCount": {{Log.Restarts}}, "state": {{state}}}]}
            }
            """);
    }

    public async Task StartAsync(LokiSourceKubernetes.Arguments? arguments = null)
    {
        _stop = new CancellationTokenSource();
        _component = new LokiSourceKubernetes(Context);
        await _component.ApplyAsync(arguments ?? Arguments, CancellationToken.None);
        Run = _component.RunAsync(_stop.Token);
    }

    public Task StartAsync(ILogConsumer consumer) => StartAsync(Arguments with { ForwardTo = [consumer] });

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

    /// <summary>What the component shows of its first target.</summary>
    public string Shown(string field) => Agent.Sdk.Decoding.ValueText.Of(
        ((Agent.Syntax.Values.ObjectValue)((Agent.Syntax.Values.ArrayValue)((Agent.Syntax.Values.ObjectValue)Component.DebugState())["target"])[0])[field]).Trim('"');

    public double Metric(string name) =>
        Context.Registry.Families().Where(family => family.Name == name).SelectMany(static family => family.Series)
            .Sum(static series => series.Instrument is Counter counter ? counter.Value : ((Gauge)series.Instrument).Value);

    /// <summary>Appends a record to a file of the kubelet's.</summary>
    public void WriteFile(string name, long time, string text, (string Stream, string Flag)? kind = null)
    {
        Directory.CreateDirectory(ContainerFolder);
        (string stream, string flag) = kind ?? ("stdout", "F");
        File.AppendAllText(Path.Combine(ContainerFolder, name), $"{FakeContainerLog.Text(time)} {stream} {flag} {text}\n");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        Context.Dispose();
        Directory.Delete(PodLogs, recursive: true);
    }
}
