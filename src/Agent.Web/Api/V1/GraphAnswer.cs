using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Runtime.Ports;
using Agent.Syntax.Values;

namespace Agent.Web.Api.V1;

/// <summary>The graph with its counters. They only grow, so that whoever asks twice has the rate, over a time of their own choice.</summary>
internal sealed class GraphAnswer(WholeGraph view, KeyFigures figures, WebServices services)
{
    public void Write(Utf8JsonWriter json)
    {
        IReadOnlyDictionary<ComponentNode, KeyFigure?> known = figures.Of(view);
        Dictionary<string, double> dropped = SelfMetricsReader.Dropped(services.Registries);
        json.WriteStartObject();
        json.WriteNumber("at"u8, services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteBoolean("live"u8, services.LiveDebugging.Enabled);
        json.WriteStartArray("nodes"u8);
        foreach (ComponentNode node in view.Components)
        {
            json.WriteStartObject();
            NodeFacts.WriteIdentity(json, node);
            NodeFacts.WriteFigure(json, known.GetValueOrDefault(node));
            json.WriteNumber("dropped"u8, dropped.GetValueOrDefault(node.Id));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("edges"u8);
        foreach (ComponentNode node in view.Components)
        {
            WriteFlows(json, node);
        }
        foreach (ComponentNode node in view.Components)
        {
            WriteReferences(json, node);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What flows; an edge to what is gone, in the moment of a reload, is left out.</summary>
    private void WriteFlows(Utf8JsonWriter json, ComponentNode node)
    {
        foreach (Edge edge in node.Edges)
        {
            if (view.Find(edge.To) is not null)
            {
                WriteEdge(json, (node.Id, edge.To), edge.DataType, edge.Items.Value, edge.ByteCount);
            }
        }
    }

    /// <summary>What goes by value: targets, or anything else that one component exports and another one refers to.</summary>
    private void WriteReferences(Utf8JsonWriter json, ComponentNode node)
    {
        // What a module is given goes to the components in it, and what it exports comes from them: they have the edges.
        if (node.Modules.Count > 0)
        {
            return;
        }
        foreach (string source in view.ReferencesOf(node))
        {
            // A receiver that the node refers to is an edge of the node's own, written above.
            if (view.Find(source) is { Modules.Count: 0 } exporter && !node.Edges.Any(edge => edge.To == source))
            {
                (string type, long count) = KindOf(exporter);
                WriteEdge(json, (source, node.Id), type, count, 0);
            }
        }
    }

    private static (string Type, long Count) KindOf(ComponentNode exporter) =>
        exporter.Exports is { } exports && (exports.TryGet("targets", out Value? value) || exports.TryGet("output", out value)) && value is ArrayValue list
            ? ("target", list.Count)
            : ("value", 0);

    private static void WriteEdge(Utf8JsonWriter json, (string From, string To) ends, string type, long items, long bytes)
    {
        json.WriteStartObject();
        json.WriteString("from"u8, ends.From);
        json.WriteString("to"u8, ends.To);
        json.WriteString("type"u8, type);
        json.WriteNumber("items"u8, items);
        json.WriteNumber("bytes"u8, bytes);
        json.WriteEndObject();
    }
}
