using Agent.Runtime.Modules;
using Agent.Runtime.Ports;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Http;
using Agent.Sdk.Metrics;
using Agent.Sdk.Modules;
using Agent.Sdk.Scraping;
using Agent.Sdk.Tracing;
using Agent.Syntax.Values;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>One node with its component: what it was given, what it exports, how it is.</summary>
/// <remarks>Arguments and definition change only under the graph's gate; exports and health change on any thread.</remarks>
public sealed class ComponentNode : IAsyncDisposable
{
    private readonly MetricScope? _metrics;
    private readonly PortTable? _ports;
    private readonly PortOwner? _owner;
    private readonly LocalHttp _local;
    private readonly HttpPort? _http;
    private ObjectValue? _exports;
    private ModuleContent? _content;

    /// <param name="definition">What is written.</param>
    /// <param name="frame">Where it stands.</param>
    /// <param name="services">What all nodes use.</param>
    /// <param name="log">Where all nodes log.</param>
    internal ComponentNode(NodeDefinition definition, ModuleFrame frame, GraphServices services, ILogger log)
    {
        Definition = definition;
        Frame = frame;
        Id = frame.IdOf(definition.Id);
        Health = new HealthBoard(services.Time);
        Logger = new NodeLogger(log, ComponentPath, definition.Id);
        _local = services.Local;
        if (definition.IsValue)
        {
            Component = NoComponent.Instance;
            return;
        }
        _metrics = frame.Metrics.Scope(new("component_path", ComponentPath), new("component_id", definition.Id));
        var owner = new PortOwner(Id, Health, Logger, services.Time)
        {
            Metrics = _metrics,
        };
        _owner = owner;
        _metrics.TryAdd(
            "invar_component_busy_seconds_total", "Time that producers spent inside the component, waiting for room included.", MetricType.Counter,
            owner.Busy);
        _ports = new PortTable(owner);
        Component = definition.Descriptor.Create(new NodeContext(this, services, Logger, _metrics));
        _http = Component is IHttpHandler handler ? new HttpPort(handler, Id, Logger) : null;
    }

    /// <summary>Path of the modules and id, such as <c>feature.default/loki.write.local</c>: unique in the process.</summary>
    public string Id { get; }

    /// <summary>Name and label, such as <c>loki.write.local</c>: unique in the module.</summary>
    public string LocalId => Definition.Id;

    /// <summary>Global id of the module that the node is part of; empty at the root.</summary>
    public string ModuleId => Frame.Path;

    /// <summary>Path of the module as logs and metrics show it: <c>/</c> at the root.</summary>
    public string ComponentPath => Frame.ComponentPath;

    public NodeDefinition Definition { get; internal set; }

    public HealthBoard Health { get; }

    /// <summary>Global ids of the modules that the node runs: one for an instance of a <c>declare</c> block, one an item for a <c>foreach</c>.</summary>
    public IReadOnlyList<string> Modules { get; internal set; } = [];

    /// <summary>What the component exported last, with ports around its receivers; null before the first export.</summary>
    public ObjectValue? Exports => Volatile.Read(ref _exports);

    /// <summary>What the node exports as people see it: a module's exports, though its value is what it was given.</summary>
    public ObjectValue? ShownExports => Definition.IsValue ? ModuleExports?.Invoke() : Exports;

    /// <summary>Global ids of the nodes that it refers to: in its module or, inside a <c>foreach</c>, around it. No repeats.</summary>
    public IEnumerable<string> References
    {
        get
        {
            IEnumerable<string> local = Definition.Dependencies.Select(Frame.IdOf);
            return Frame.Outer is null
                ? local
                : local.Concat(Definition.Links.Select(link => Frame.Find(link.Id)).OfType<(ModuleFrame Frame, NodeDefinition Node)>()
                    .Select(static found => found.Frame.IdOf(found.Node.Id))).Distinct(StringComparer.Ordinal);
        }
    }

    /// <summary>The evaluated block that its current arguments came from; null before the first success. Made anew each time.</summary>
    public BlockValue? Block => Evaluated?.Restore();

    /// <summary>Where its self-metrics are: for a <c>foreach</c> that does not want them shown, a registry that is exposed nowhere.</summary>
    public MetricRegistry Metrics => Frame.Metrics;

    /// <summary>Seconds that others spent in the component, in what it hands data to and waiting included.</summary>
    public double BusySeconds => _owner?.BusySeconds ?? 0;

    /// <summary>
    /// Seconds that others spent in the component, waiting included, less what it spent in those that it hands data to. Work of its own
    /// accord, such as reading, scraping or sending from a queue, is not among them.
    /// </summary>
    public double OwnSeconds => _owner?.OwnSeconds ?? 0;

    /// <summary>The arguments as they were last applied.</summary>
    public object? Arguments { get; internal set; }

    public IReadOnlyList<Edge> Edges => _ports?.Edges ?? [];

    /// <summary>What the component shows of itself, or null.</summary>
    public Value? DebugState => (Component as IDebuggable)?.DebugState();

    /// <summary>The targets that the component scrapes; null where it is none that scrapes.</summary>
    public IScrapePool? ScrapePool => Component as IScrapePool;

    /// <summary>The rules that the component relabels by; null where it does not.</summary>
    public IRelabelTrace? RelabelTrace => Component as IRelabelTrace;

    /// <summary>The stages that the component runs entries through; null where it does not.</summary>
    public IStageTrace? StageTrace => Component as IStageTrace;

    internal KeptBlock? Evaluated { get; set; }

    /// <summary>Forgets the edges of arguments that it had before, or that a refused load brought.</summary>
    internal void ForgetEdges()
    {
        if (IsSettled && Evaluated is { } evaluated)
        {
            _ports?.Keep(evaluated.Edges());
        }
    }

    internal IComponent Component { get; }

    /// <summary>Calls of others into the component that have begun, and that have ended.</summary>
    internal (long Entered, long Left) Calls => _owner is null ? default : (_owner.Entered, _owner.Left);

    /// <summary>The instance of a module that the node is part of.</summary>
    internal ModuleFrame Frame { get; set; }

    /// <summary>The module text that an <c>import.*</c> block has found last; null before it has found any.</summary>
    internal ModuleContent? Content => Volatile.Read(ref _content);

    /// <summary>The version of <see cref="Content"/> whose modules run.</summary>
    internal ModuleContent? Accepted { get; set; }

    internal Func<ObjectValue>? ModuleExports { get; set; }

    /// <summary>True while nothing is left to do for the node before something that it refers to changes.</summary>
    internal bool IsSettled { get; set; }

    internal ILogger Logger { get; }

    /// <summary>An apply that outlived its limit: the next one waits until it is over, for no two may run at once.</summary>
    internal Task UnfinishedApply { get; set; } = Task.CompletedTask;

    /// <summary>Called, on the component's thread, when its exports have changed. Null until the node is part of the running graph.</summary>
    internal Action<ComponentNode>? ExportsChanged { get; set; }

    internal Value Connect(Value value) => _ports is null ? value : _ports.Connect(value);

    internal void SetExports(object exports)
    {
        if (exports is ModuleContent content)
        {
            ModuleContent? before = Interlocked.Exchange(ref _content, content);
            if (before is null || !before.Equals(content))
            {
                ExportsChanged?.Invoke(this);
            }
            return;
        }
        SetValue(_ports!.Expose(Definition.Descriptor.EncodeExports(exports)));
    }

    internal void SetValue(ObjectValue value)
    {
        ObjectValue? last = Interlocked.Exchange(ref _exports, value);
        if (last is null || !last.Equals(value))
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
        _metrics?.Dispose();
    }
}
