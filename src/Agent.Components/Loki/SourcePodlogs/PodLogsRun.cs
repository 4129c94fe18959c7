using System.Threading.Channels;
using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.PodTails;
using Agent.Kubernetes;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;
using Agent.Sdk;
using Agent.Sdk.Sharing;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourcePodlogs;

/// <summary>Watches resources, pods and namespaces, and keeps the tails of one run at what they select.</summary>
internal sealed class PodLogsRun(ComponentContext context, PodTailRun tails) : IAsyncDisposable
{
    private static readonly TimeSpan RetryAccess = TimeSpan.FromSeconds(10);

    // Changes come in crowds; and where there is much to go through, it is not gone through all the time.
    private static readonly TimeSpan ShortestGap = TimeSpan.FromMilliseconds(250);
    private const int GapPerDuration = 20;

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<IAsyncDisposable> _held = [];
    private readonly List<IDisposable> _subscriptions = [];
    private volatile IReadOnlyList<FoundPodLogs> _found = [];
    private LokiSourcePodlogs.Arguments? _arguments;
    private LokiSourcePodlogs.Arguments? _applied;
    private IResourceWatch<PodLogsResource>? _resources;
    private IResourceWatch<Pod>? _pods;
    private IResourceWatch<Namespace>? _namespaces;

    /// <summary>Takes new arguments; the loop acts on them.</summary>
    public void Apply(LokiSourcePodlogs.Arguments arguments)
    {
        Volatile.Write(ref _arguments, arguments);
        Signal();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await using ITimer retry = context.Time.CreateTimer(_ => Signal(), null, RetryAccess, RetryAccess);
        try
        {
            await foreach (bool _ in _signal.Reader.ReadAllAsync(stop))
            {
                LokiSourcePodlogs.Arguments arguments = Volatile.Read(ref _arguments)!;
                await ConnectAsync(arguments);
                long began = context.Time.GetTimestamp();
                Reconcile(arguments);
                TimeSpan gap = context.Time.GetElapsedTime(began) * GapPerDuration;
                await Task.Delay(gap > ShortestGap ? gap : ShortestGap, context.Time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    public async ValueTask DisposeAsync() => await DisconnectAsync();

    public ListValue DebugState() => new([.. _found.Select(static found => found.Describe())]);

    private void Signal() => _signal.Writer.TryWrite(true);

    private async Task ConnectAsync(LokiSourcePodlogs.Arguments arguments)
    {
        if (_resources is not null && _applied is not null && arguments.Client == _applied.Client && arguments.NodeFilter == _applied.NodeFilter)
        {
            _applied = arguments;
            return;
        }
        _applied = arguments;
        await DisconnectAsync();
        try
        {
            var access = KubernetesAccess.Open(context, arguments.Client);
            _held.Add(access);
            string node = arguments.NodeFilter.Node;
            _namespaces = Watch(access, Kinds.Namespaces, new WatchScope());
            _pods = Watch(access, Kinds.Pods, new WatchScope(FieldSelector: node.Length > 0 ? $"spec.nodeName={node}" : ""));
            _resources = Watch(access, PodLogsResource.Kind, new WatchScope());
        }
        catch (ComponentException exception)
        {
            tails.ReportOutside(exception.Message);
        }
    }

    private IResourceWatch<T> Watch<T>(KubernetesAccess access, ResourceKind<T> kind, WatchScope scope)
        where T : class, IKubernetesObject
    {
        SharedLease<IResourceWatch<T>> lease = access.Watch(kind, scope);
        _held.Add(lease);
        _subscriptions.Add(lease.Resource.Subscribe(_ => Signal()));
        return lease.Resource;
    }

    private async Task DisconnectAsync()
    {
        _subscriptions.ForEach(static subscription => subscription.Dispose());
        _subscriptions.Clear();
        foreach (IAsyncDisposable held in _held)
        {
            await held.DisposeAsync();
        }
        _held.Clear();
        (_resources, _pods, _namespaces) = (null, null, null);
    }

    private void Reconcile(LokiSourcePodlogs.Arguments arguments)
    {
        if (_resources is not { } resources || _pods is not { } pods || _namespaces is not { } namespaces)
        {
            return;
        }
        WatchStatus? failing = Array.Find([resources.Status, pods.Status, namespaces.Status], static status => !status.IsHealthy);
        tails.ReportOutside(failing?.Message);
        // What is known in part would end tails that are wanted.
        if (!resources.FirstList.IsCompletedSuccessfully || !pods.FirstList.IsCompletedSuccessfully || !namespaces.FirstList.IsCompletedSuccessfully)
        {
            return;
        }
        List<FoundPodLogs> found = new PodLogsSearch(arguments, context.Time).Find(resources.Objects, pods.Objects, namespaces.Objects);
        _found = found;
        tails.Apply(new PodTailPlan
        {
            Targets = [.. found.SelectMany(static logs => logs.Containers).Select(static container => container.Target).OfType<PodTarget>()],
            Consumer = LogFanOut.Of(arguments.ForwardTo),
            Client = arguments.Client,
            Folder = arguments.PreferFiles ? arguments.PodLogsPath : "",
            FromEnd = arguments.TailFromEnd,
        });
    }
}
