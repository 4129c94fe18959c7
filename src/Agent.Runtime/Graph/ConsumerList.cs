using Agent.Sdk;
using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>Tells the components of a graph that want to know it who uses their exports, and with what arguments.</summary>
/// <remarks>Places are found once a load; arguments may change with every evaluation. Used under the graph's gate.</remarks>
internal sealed class ConsumerList
{
    private readonly List<Producer> _producers = [];

    public static ConsumerList Empty { get; } = new();

    public static ConsumerList Of(GraphState state)
    {
        var list = new ConsumerList();
        foreach (ComponentNode node in state.Order)
        {
            if (node.Component is IConsumerAware aware)
            {
                list._producers.Add(new Producer(aware, PlacesOf(node.Id, state)));
            }
        }
        return list;
    }

    /// <summary>Tells those for whom something has changed since they were last told.</summary>
    public void Tell()
    {
        foreach (Producer producer in _producers)
        {
            producer.Tell();
        }
    }

    private static List<Place> PlacesOf(string id, GraphState state)
    {
        var places = new List<Place>();
        foreach (ComponentNode node in state.Order)
        {
            NodeDefinition definition = state.Definitions[node.Id];
            if (definition.Dependencies.Contains(id, StringComparer.Ordinal))
            {
                places.AddRange(ExportReferences.Find(definition.Block, id, state.Definitions.ContainsKey)
                    .Select(found => new Place(node, definition.Descriptor.Name, found)));
            }
        }
        return places;
    }

    private sealed record Place(ComponentNode Node, string Component, ExportReference Found)
    {
        public ExportUse Use(object? arguments) => new(Component, Node.Id, Found.Argument, Found.Export, Found.IsWhole, arguments);
    }

    private sealed class Producer(IConsumerAware component, List<Place> places)
    {
        private object?[]? _told;

        public void Tell()
        {
            object?[] now = [.. places.Select(static place => place.Node.Arguments)];
            if (_told is { } told && now.AsSpan().SequenceEqual(told, ReferenceEqualityComparer.Instance))
            {
                return;
            }
            _told = now;
            component.ConsumersChanged([.. places.Select((place, index) => place.Use(now[index]))]);
        }
    }
}
