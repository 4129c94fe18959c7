using Agent.Syntax.Values;

namespace Agent.Runtime.Ports;

/// <summary>Puts ports around the receivers that a component exports, and edges around those it is given.</summary>
/// <remarks>The same receiver always gets the same wrapper: content equality of exports and arguments rests on it.</remarks>
internal sealed class PortTable(PortOwner owner)
{
    // Made when they are needed: most components have one port or one edge, many have neither.
    private Dictionary<object, Port>? _ports;
    private Dictionary<Port, Edge>? _edges;

    public IReadOnlyList<Edge> Edges
    {
        get
        {
            lock (owner)
            {
                return _edges is null ? [] : [.. _edges.Values];
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
            fields[key] = value is CapsuleValue capsule && PortOf(capsule.Content) is { } port
                ? new CapsuleValue(port, capsule.TypeName)
                : value;
        }
        return new MapValue(fields);
    }

    /// <summary>An argument of the component with an edge around each port in it; other values are returned as they are.</summary>
    public Value Connect(Value value)
    {
        switch (value)
        {
            case CapsuleValue { Content: Port port } capsule:
                return new CapsuleValue(EdgeTo(port), capsule.TypeName);
            case ListValue list when list.Any(static item => item is CapsuleValue { Content: Port }):
                return new ListValue([.. list.Select(Connect)]);
            default:
                return value;
        }
    }

    /// <summary>Null where the value is no receiver.</summary>
    private Port? PortOf(object content)
    {
        lock (owner)
        {
            if (_ports?.TryGetValue(content, out Port? port) != true && (port = Port.Around(content, owner)) is not null)
            {
                (_ports ??= new(1, ReferenceEqualityComparer.Instance))[content] = port;
            }
            return port;
        }
    }

    private Edge EdgeTo(Port port)
    {
        lock (owner)
        {
            _edges ??= new(1, ReferenceEqualityComparer.Instance);
            if (!_edges.TryGetValue(port, out Edge? edge))
            {
                _edges[port] = edge = port.EdgeFrom(owner);
            }
            return edge;
        }
    }
}
