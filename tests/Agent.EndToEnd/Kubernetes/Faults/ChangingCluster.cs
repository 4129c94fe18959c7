using Agent.Testing.Kubernetes;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>
/// A cluster behind a fake API server in which something changes all the time. Two pods, services and slices of three come and go; the
/// third, and all nodes with pods, are there throughout, though their labels change too.
/// </summary>
/// <param name="api">Where the cluster is.</param>
/// <param name="seed">Decides what changes.</param>
internal sealed class ChangingCluster(FakeApiServer api, int seed)
{
    private const int ChangesOfRound = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Other numbers than the faults have, from the same seed.
    private readonly Random _random = new(seed ^ 0x5eed);
    private readonly int[] _lives = new int[ClusterObjects.Pods];
    private int _revision;

    /// <summary>What changed so far.</summary>
    public int Changes { get; private set; }

    /// <summary>Events that happened so far.</summary>
    public int Events { get; private set; }

    /// <summary>Whether an object is there throughout.</summary>
    public static bool IsStable(int number) => number % 3 == 0;

    public void Fill()
    {
        for (int i = 0; i < ClusterObjects.Nodes + ClusterObjects.SpareNodes; i++)
        {
            api.Put("v1/nodes", ClusterObjects.Node(i, 0));
        }
        for (int i = 0; i < ClusterObjects.Pods; i++)
        {
            api.Put("v1/pods", ClusterObjects.Pod(i, 0, 0, "Running"));
        }
        for (int i = 0; i < ClusterObjects.Services; i++)
        {
            api.Put("v1/services", ClusterObjects.Service(i, 0));
            api.Put("discovery.k8s.io/v1/endpointslices", ClusterObjects.Slice(i, 0));
        }
    }

    /// <summary>Changes something ten times a second until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            for (int i = 0; i < ChangesOfRound; i++)
            {
                Change();
            }
            await Task.Delay(Pause, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Change()
    {
        Changes++;
        _revision++;
        switch (_random.Next(100))
        {
            case < 65:
                ChangePod(_random.Next(ClusterObjects.Pods));
                break;
            case < 75:
                int service = _random.Next(ClusterObjects.Services);
                PutOrDelete("v1/services", ClusterObjects.ServiceKey(service), IsStable(service), () => ClusterObjects.Service(service, _revision));
                break;
            case < 85:
                int slice = _random.Next(ClusterObjects.Services);
                PutOrDelete("discovery.k8s.io/v1/endpointslices", ClusterObjects.SliceKey(slice), IsStable(slice), () => ClusterObjects.Slice(slice, _revision));
                break;
            case < 90:
                int node = _random.Next(ClusterObjects.Nodes + ClusterObjects.SpareNodes);
                PutOrDelete("v1/nodes", ClusterObjects.NodeName(node), node < ClusterObjects.Nodes, () => ClusterObjects.Node(node, _revision));
                break;
            default:
                api.Put("v1/events", ClusterObjects.Event(Events++));
                break;
        }
    }

    private void ChangePod(int number)
    {
        bool mayGo = !IsStable(number);
        int kind = _random.Next(10);
        if (mayGo && kind < 3)
        {
            api.Delete("v1/pods", ClusterObjects.PodKey(number));
            _lives[number]++;
            return;
        }
        string phase = mayGo && kind < 5 ? "Succeeded" : "Running";
        api.Put("v1/pods", ClusterObjects.Pod(number, _lives[number], _revision, phase));
    }

    private void PutOrDelete(string collection, string key, bool isStable, Func<string> json)
    {
        if (!isStable && _random.Next(3) == 0)
        {
            api.Delete(collection, key);
            return;
        }
        api.Put(collection, json());
    }
}
