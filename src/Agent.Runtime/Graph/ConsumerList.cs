using Agent.Sdk;
using Agent.Sdk.Decoding;
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
        foreach (PlacedNode place in state.Places)
        {
            if (place.Node.Component is IConsumerAware aware)
            {
                list._producers.Add(new Producer(aware, PlacesOf(place, state)));
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

    private static List<Place> PlacesOf(PlacedNode producer, GraphState state)
    {
        var places = new List<Place>();
        bool isShared = state.Places.Any(MayShare);
        foreach (PlacedNode place in state.Places.Where(place => RefersTo(place, producer)))
        {
            IReadOnlyList<ComponentNode> sharing = isShared ? SharingBehind(place, state) : [];
            places.AddRange(ExportReferences.Find(place.Definition.Block, producer.Definition.Id, id => place.Frame.Find(id) is not null)
                .Select(found => new Place(place.Node, place.Definition.Descriptor.Name, found, sharing)));
        }
        return places;
    }

    /// <summary>The nodes with a <c>clustering</c> block that a user of exports leads to, into modules and out of them; that user may be one.</summary>
    private static List<ComponentNode> SharingBehind(PlacedNode user, GraphState state)
    {
        var sharing = new List<ComponentNode>();
        var reached = new HashSet<string>(StringComparer.Ordinal) { user.Node.Id };
        foreach (PlacedNode place in state.Places)
        {
            if (place.Watches.Any(reached.Contains) || ReferenceEquals(place, user))
            {
                reached.Add(place.Node.Id);
                if (MayShare(place))
                {
                    sharing.Add(place.Node);
                }
            }
        }
        return sharing;
    }

    private static bool MayShare(PlacedNode place) =>
        place.Definition.Block.Body.Any(static statement => statement is BlockStatement { FullName: ClusteringBlock.Name });

    // Inside a foreach an id may be that of a node around it.
    private static bool RefersTo(PlacedNode place, PlacedNode producer) =>
        place.Definition.Links.Any(link => link.Id == producer.Definition.Id)
        && place.Frame.Find(producer.Definition.Id) is { } found && found.Frame.Path == producer.Frame.Path;

    private sealed record Place(ComponentNode Node, string Component, ExportReference Found, IReadOnlyList<ComponentNode> Sharing)
    {
        public ExportUse Use(object? arguments) => new(Component, Node.Id, Found.Argument, Found.Export, Found.IsWhole, arguments)
        {
            SharedBy = Sharing.FirstOrDefault(static node => ClusteringBlock.MayBeEnabled(node.Block))?.Id,
        };
    }

    private sealed class Producer(IConsumerAware component, List<Place> places)
    {
        private object?[]? _told;

        public void Tell()
        {
            object?[] now = [.. places.Select(static place => place.Node.Arguments), .. places.SelectMany(static place => place.Sharing).Select(static node => node.Arguments)];
            if (_told is { } told && now.AsSpan().SequenceEqual(told, ReferenceEqualityComparer.Instance))
            {
                return;
            }
            _told = now;
            component.ConsumersChanged([.. places.Select((place, index) => place.Use(now[index]))]);
        }
    }
}
