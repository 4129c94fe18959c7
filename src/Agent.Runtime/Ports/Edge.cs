using Agent.Sdk.Metrics;

namespace Agent.Runtime.Ports;

/// <summary>One arrow of the graph: what one component sends to the port of another.</summary>
/// <remarks>Kept as long as the sender's arguments name the receiver, so that arguments which name the same one again are equal.</remarks>
public abstract class Edge
{
    private IEdgeWatcher[]? _watchers;

    private protected Edge(Port port, PortOwner sender, Counter items)
    {
        Sender = sender;
        Port = port;
        Items = items;
    }

    public string From => Sender.Id;

    public string To => Port.Owner;

    internal Port Port { get; }

    private protected PortOwner Sender { get; }

    /// <summary>The kind of data, as the live view of the graph names it.</summary>
    public abstract string DataType { get; }

    /// <summary>What went over: entries or samples.</summary>
    public Counter Items { get; }

    /// <summary>Bytes that went over.</summary>
    public abstract long ByteCount { get; }

    /// <summary>Whether somebody looks at what passes.</summary>
    public bool IsWatched => Watchers is not null;

    /// <summary>Who looks at what passes; null while nobody does.</summary>
    private protected IEdgeWatcher[]? Watchers => Volatile.Read(ref _watchers);

    /// <summary>Shows what passes from now on to <paramref name="watcher"/>, until the returned object is disposed of.</summary>
    public IDisposable Watch(IEdgeWatcher watcher)
    {
        Change(watchers => [.. watchers, watcher]);
        return new Watching(this, watcher);
    }

    /// <summary>What counts it.</summary>
    internal virtual IEnumerable<Instrument> Instruments => [Items];

    private protected static Counter CounterOf(Port port, PortOwner sender, string name, string help) =>
        sender.Metrics.Counter(name, help, ("to_component_id", port.Owner));

    private void Change(Func<IEdgeWatcher[], IEdgeWatcher[]> change)
    {
        while (true)
        {
            IEdgeWatcher[]? seen = Watchers;
            IEdgeWatcher[] changed = change(seen ?? []);
            if (Interlocked.CompareExchange(ref _watchers, changed.Length == 0 ? null : changed, seen) == seen)
            {
                return;
            }
        }
    }

    private sealed class Watching(Edge edge, IEdgeWatcher watcher) : IDisposable
    {
        public void Dispose() => edge.Change(watchers => [.. watchers.Where(one => !ReferenceEquals(one, watcher))]);
    }
}
