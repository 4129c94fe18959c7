using Agent.Sdk.Metrics;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Runtime.Ports;

/// <summary>Puts ports around the receivers that a component exports, and edges around those it is given.</summary>
/// <remarks>The same receiver always gets the same wrapper: content equality of exports and arguments rests on it.</remarks>
internal sealed class PortTable(PortOwner owner, MetricScope metrics)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ILogConsumer, LogPort> _ports = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<LogPort, LogEdge> _edges = new(ReferenceEqualityComparer.Instance);

    public PortOwner Owner => owner;

    public IReadOnlyList<LogEdge> Edges
    {
        get
        {
            lock (_gate)
            {
                return [.. _edges.Values];
            }
        }
    }

    /// <summary>The component's exports with a port around each receiver.</summary>
    public ObjectValue Expose(ObjectValue exports)
    {
        var fields = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (string key in exports.Keys)
        {
            Value value = exports[key];
            fields[key] = value is CapsuleValue { Content: ILogConsumer consumer } capsule and not { Content: LogPort }
                ? new CapsuleValue(PortOf(consumer), capsule.TypeName)
                : value;
        }
        return new MapValue(fields);
    }

    /// <summary>An argument of the component with an edge around each port in it; other values are returned as they are.</summary>
    public Value Connect(Value value)
    {
        switch (value)
        {
            case CapsuleValue { Content: LogPort port } capsule:
                return new CapsuleValue(EdgeTo(port), capsule.TypeName);
            case ListValue list when list.Any(static item => item is CapsuleValue { Content: LogPort }):
                return new ListValue([.. list.Select(Connect)]);
            default:
                return value;
        }
    }

    private LogPort PortOf(ILogConsumer consumer)
    {
        lock (_gate)
        {
            if (!_ports.TryGetValue(consumer, out LogPort? port))
            {
                _ports[consumer] = port = new LogPort(consumer, owner);
            }
            return port;
        }
    }

    private LogEdge EdgeTo(LogPort port)
    {
        lock (_gate)
        {
            if (!_edges.TryGetValue(port, out LogEdge? edge))
            {
                _edges[port] = edge = new LogEdge(owner.Id, port, metrics);
            }
            return edge;
        }
    }
}
