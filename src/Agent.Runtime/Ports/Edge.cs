using Agent.Sdk.Metrics;

namespace Agent.Runtime.Ports;

/// <summary>One arrow of the graph: what one component sends to the port of another.</summary>
/// <remarks>Kept as long as the sending component lives, so that arguments which name the same receiver again are equal.</remarks>
public abstract class Edge
{
    private protected Edge(Port port, PortOwner sender, Counter items)
    {
        From = sender.Id;
        To = port.Owner;
        Items = items;
    }

    public string From { get; }

    public string To { get; }

    /// <summary>The kind of data, as the live view of the graph names it.</summary>
    public abstract string DataType { get; }

    /// <summary>What went over: entries or samples.</summary>
    public Counter Items { get; }

    private protected static Counter CounterOf(Port port, PortOwner sender, string name, string help) =>
        sender.Metrics.Counter(name, help, ("to_component_id", port.Owner));
}
