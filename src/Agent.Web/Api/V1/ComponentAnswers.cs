using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Runtime.Ports;
using Agent.Sdk;

namespace Agent.Web.Api.V1;

/// <summary>All components in short, and one of them in full.</summary>
internal sealed class ComponentAnswers(WholeGraph view, KeyFigures figures, WebServices services)
{
    public void WriteAll(Utf8JsonWriter json)
    {
        IReadOnlyDictionary<ComponentNode, KeyFigure?> known = figures.Of(view);
        Dictionary<string, double> dropped = SelfMetricsReader.Dropped(services.Registries);
        Dictionary<string, (long Items, long Bytes)> incoming = Incoming();
        json.WriteStartObject();
        json.WriteNumber("at"u8, services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteStartArray("components"u8);
        foreach (ComponentNode node in view.Components)
        {
            (long items, long bytes) = incoming.GetValueOrDefault(node.Id);
            json.WriteStartObject();
            NodeFacts.WriteIdentity(json, node);
            NodeFacts.WriteFigure(json, known.GetValueOrDefault(node));
            json.WriteNumber("itemsIn"u8, items);
            json.WriteNumber("bytesIn"u8, bytes);
            json.WriteNumber("itemsOut"u8, node.Edges.Sum(static edge => edge.Items.Value));
            json.WriteNumber("bytesOut"u8, node.Edges.Sum(static edge => edge.ByteCount));
            json.WriteNumber("dropped"u8, dropped.GetValueOrDefault(node.Id));
            json.WriteNumber("busySeconds"u8, node.BusySeconds);
            json.WriteNumber("ownSeconds"u8, node.OwnSeconds);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void Write(Utf8JsonWriter json, ComponentNode node)
    {
        ComponentDescriptor kind = node.Definition.Descriptor;
        json.WriteStartObject();
        NodeFacts.WriteIdentity(json, node);
        NodeFacts.WriteFigure(json, figures.Of(view).GetValueOrDefault(node));
        json.WriteString("summary"u8, kind.Summary);
        json.WriteString("stability"u8, kind.Stability.ToString());
        json.WriteString("place"u8, node.Definition.Block.Span.ToString());
        json.WriteString("arguments"u8, node.Block is { } block ? ShownText.Of(block, kind.Arguments) : "");
        json.WriteString("exports"u8, node.ShownExports is { } exports ? ShownText.Of(exports) : "");
        json.WritePropertyName("debug"u8);
        PlainJson.Write(json, node.DebugState);
        NodeFacts.WriteStrings(json, "referencesTo", view.ReferencesOf(node));
        NodeFacts.WriteStrings(json, "referencedBy", view.ReferencedBy(node));
        NodeFacts.WriteStrings(json, "flowsTo", WholeGraph.FlowsTo(node));
        NodeFacts.WriteStrings(json, "flowsFrom", view.Components.Where(other => other.Edges.Any(edge => edge.To == node.Id)).Select(static other => other.Id));
        json.WriteBoolean("hasRules"u8, node.RelabelTrace is not null);
        json.WriteBoolean("hasStages"u8, node.StageTrace is not null);
        json.WriteBoolean("scrapes"u8, node.ScrapePool is not null);
        json.WriteBoolean("hasReference"u8, services.Reference(kind.Name) is not null);
        json.WriteEndObject();
    }

    private Dictionary<string, (long Items, long Bytes)> Incoming()
    {
        var incoming = new Dictionary<string, (long Items, long Bytes)>(StringComparer.Ordinal);
        foreach (Edge edge in view.Components.SelectMany(static node => node.Edges))
        {
            (long items, long bytes) = incoming.GetValueOrDefault(edge.To);
            incoming[edge.To] = (items + edge.Items.Value, bytes + edge.ByteCount);
        }
        return incoming;
    }
}
