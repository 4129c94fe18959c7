using Agent.Components.Common.Kubernetes;
using Agent.Components.Common.Relabel;
using Agent.Components.Discovery;
using Agent.Components.Discovery.Kubernetes;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Discovery.Kubernetes;

/// <summary>discovery.kubernetes against an API server on loopback.</summary>
internal sealed class KubernetesRun : IAsyncDisposable
{
    private readonly DiscoveryRun<DiscoveryKubernetes.Arguments> _run;
    private DiscoveryKubernetes? _component;
    private int _exports;

    private KubernetesRun(FakeApiServer server)
    {
        Server = server;
        _run = new DiscoveryRun<DiscoveryKubernetes.Arguments>(
            "discovery.kubernetes", context => _component = new DiscoveryKubernetes(context), static exports => ((DiscoveryKubernetes.Exports)exports).Targets);
        _run.Context.Exported += _ => Interlocked.Increment(ref _exports);
    }

    public FakeApiServer Server { get; }

    public TestComponentContext Context => _run.Context;

    public ValueList<Target> Targets => _run.Targets;

    /// <summary>How often targets were handed on.</summary>
    public int ExportCount => Volatile.Read(ref _exports);

    public string Names => string.Join(" ", Targets.Select(static target => target["__meta_kubernetes_pod_name"]));

    public ObjectValue Debug => (ObjectValue)_component!.DebugState();

    public static async Task<KubernetesRun> OpenAsync() => new(await FakeApiServer.StartAsync());

    public DiscoveryKubernetes.Arguments Role(KubernetesRole role) =>
        new() { Role = role, Client = new KubernetesClientOptions { ApiServer = Server.Url } };

    public Task StartAsync(DiscoveryKubernetes.Arguments arguments) => _run.StartAsync(arguments);

    public ValueTask ApplyAsync(DiscoveryKubernetes.Arguments arguments) => _run.ApplyAsync(arguments);

    /// <summary>Says that these rules stand behind the targets, each list in a discovery.relabel of its own.</summary>
    public void Relabel(params RelabelRule[][] rules) => _component!.ConsumersChanged(UsesOf(rules));

    /// <summary>Waits while the component's clock runs.</summary>
    public Task UntilAsync(Func<bool> condition) => _run.AdvanceUntilAsync(condition);

    public void Advance(TimeSpan by) => _run.Time.Advance(by);

    public string Shown(Func<ObjectValue, Value> of) => Text(of(Debug));

    /// <summary>The selectors of all watches, as the component shows them.</summary>
    public IEnumerable<string> FieldSelectors => ((ArrayValue)Debug["watches"]).Cast<ObjectValue>().Select(static watch => Text(watch["field_selector"]));

    /// <summary>A value of the debug info, without quotes.</summary>
    public static string Text(Value value) => ValueText.Of(value).Trim('"');

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        await Server.DisposeAsync();
    }

    public static IReadOnlyList<ExportUse> UsesOf(params RelabelRule[][] rules) =>
    [
        .. rules.Select(static (list, index) => new ExportUse(
            "discovery.relabel", $"discovery.relabel.r{index}", "targets", "targets", true, new DiscoveryRelabel.Arguments { Targets = [], Rule = [.. list] })),
    ];

    public static RelabelRule Keep(string label, string regex) => Rule(RelabelAction.Keep, label, regex);

    public static RelabelRule Drop(string label, string regex) => Rule(RelabelAction.Drop, label, regex);

    private static RelabelRule Rule(RelabelAction action, string label, string regex) =>
        new() { SourceLabels = [label], Regex = Pattern.Parse(regex, PatternOptions.Anchored), Action = action };
}
