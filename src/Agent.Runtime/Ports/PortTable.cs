using Agent.Sdk.Metrics;
using Agent.Syntax.Values;

namespace Agent.Runtime.Ports;

/// <summary>Puts ports around the receivers that a component exports, and edges around those it is given.</summary>
/// <remarks>The same receiver always gets the same wrapper: content equality of exports and arguments rests on it.</remarks>
internal sealed class PortTable(PortOwner owner)
{
    // Most components have one port or one edge, many have neither.
    private Port[] _ports = [];
    private Edge[] _edges = [];

    public IReadOnlyList<Edge> Edges
    {
        get
        {
            lock (owner)
            {
                return _edges;
            }
        }
    }

    /// <summary>The component's exports with a port around each receiver.</summary>
    public ObjectValue Expose(ObjectValue exports)
    {
        string[] names = [.. exports.Keys];
        var values = new Value[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            Value value = exports[names[i]];
            values[i] = value is CapsuleValue capsule && PortOf(capsule.Content) is { } port
                ? new CapsuleValue(port, capsule.TypeName)
                : value;
        }
        return new FieldsValue(names, values);
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

    /// <summary>Forgets the edges, and their series, that are not among these.</summary>
    public void Keep(IReadOnlyCollection<Edge> used)
    {
        lock (owner)
        {
            if (_edges.All(used.Contains))
            {
                return;
            }
            Edge[] gone = [.. _edges.Where(edge => !used.Contains(edge))];
            _edges = [.. _edges.Where(used.Contains)];
            // Two receivers of one component are counted together.
            foreach (Instrument instrument in gone.SelectMany(static edge => edge.Instruments).Except(_edges.SelectMany(static edge => edge.Instruments)))
            {
                owner.Metrics.Remove(instrument);
            }
        }
    }

    /// <summary>Null where the value is no receiver.</summary>
    private Port? PortOf(object content)
    {
        lock (owner)
        {
            Port? port = Array.Find(_ports, port => ReferenceEquals(port.Receiver, content));
            if (port is null && (port = Port.Around(content, owner)) is not null)
            {
                _ports = [.. _ports, port];
            }
            return port;
        }
    }

    private Edge EdgeTo(Port port)
    {
        lock (owner)
        {
            Edge? edge = Array.Find(_edges, edge => ReferenceEquals(edge.Port, port));
            if (edge is null)
            {
                edge = port.EdgeFrom(owner);
                _edges = [.. _edges, edge];
            }
            return edge;
        }
    }
}
