using Agent.Runtime.Ports;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Http;
using Agent.Sdk.Metrics;
using Agent.Sdk.Scraping;
using Agent.Sdk.Tracing;
using Agent.Syntax.Values;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>One node with its component: what it was given, what it exports, how it is.</summary>
/// <remarks>Arguments and definition change only under the graph's gate; exports and health change on any thread.</remarks>
public sealed class ComponentNode : IAsyncDisposable
{
    private readonly MetricScope _metrics;
    private readonly PortTable _ports;
    private readonly LocalHttp _local;
    private readonly HttpPort? _http;
    private ObjectValue? _exports;

    internal ComponentNode(NodeDefinition definition, GraphServices services)
    {
        Definition = definition;
        Health = new HealthBoard(services.Time);
        _metrics = services.Metrics.Scope(new("component_path", "/"), new("component_id", definition.Id));
        Logger = new NodeLogger(services.Logging.CreateLogger(definition.Id), "/", definition.Id);
        var owner = new PortOwner(definition.Id, Health, Logger, services.Time)
        {
            Metrics = _metrics,
        };
        _metrics.ObservedCounter(
            "invar_component_busy_seconds_total", "Time that producers spent inside the component, waiting for room included.", () => owner.BusySeconds);
        _ports = new PortTable(owner);
        var context = new NodeContext(this, services, Logger, _metrics);
        Component = definition.Descriptor.Create(context);
        _local = services.Local;
        _http = Component is IHttpHandler handler ? new HttpPort(handler, context.GlobalId, Logger) : null;
    }

    public string Id => Definition.Id;

    public NodeDefinition Definition { get; internal set; }

    public HealthBoard Health { get; }

    /// <summary>What the component exported last, with ports around its receivers; null before the first export.</summary>
    public ObjectValue? Exports => Volatile.Read(ref _exports);

    /// <summary>The evaluated block that its current arguments came from; null before the first success.</summary>
    public BlockValue? Block { get; internal set; }

    /// <summary>The arguments as they were last applied.</summary>
    public object? Arguments { get; internal set; }

    public IReadOnlyList<Edge> Edges => _ports.Edges;

    /// <summary>What the component shows of itself, or null.</summary>
    public Value? DebugState => (Component as IDebuggable)?.DebugState();

    /// <summary>The targets that the component scrapes; null where it is none that scrapes.</summary>
    public IScrapePool? ScrapePool => Component as IScrapePool;

    /// <summary>The rules that the component relabels by; null where it does not.</summary>
    public IRelabelTrace? RelabelTrace => Component as IRelabelTrace;

    /// <summary>The stages that the component runs entries through; null where it does not.</summary>
    public IStageTrace? StageTrace => Component as IStageTrace;

    internal IComponent Component { get; }

    internal ILogger Logger { get; }

    /// <summary>An apply that outlived its limit: the next one waits until it is over, for no two may run at once.</summary>
    internal Task UnfinishedApply { get; set; } = Task.CompletedTask;

    /// <summary>Called, on the component's thread, when its exports have changed. Null until the node is part of the running graph.</summary>
    internal Action<ComponentNode>? ExportsChanged { get; set; }

    internal Value Connect(Value value) => _ports.Connect(value);

    internal void SetExports(object exports)
    {
        ObjectValue exposed = _ports.Expose(Definition.Descriptor.EncodeExports(exports));
        ObjectValue? last = Interlocked.Exchange(ref _exports, exposed);
        if (last is null || !last.Equals(exposed))
        {
            ExportsChanged?.Invoke(this);
        }
    }

    /// <summary>From now on the component answers HTTP requests, if it is one that does.</summary>
    internal void OpenHttp()
    {
        if (_http is not null)
        {
            _local.Add(_http.Id, _http);
        }
    }

    internal void CloseHttp()
    {
        if (_http is not null)
        {
            _local.Remove(_http.Id, _http);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Component.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }
}
