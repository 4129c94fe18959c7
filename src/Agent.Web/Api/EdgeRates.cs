using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Runtime.Ports;

namespace Agent.Web.Api;

/// <summary>What went over each edge since the last look.</summary>
/// <remarks>The counters are kept anyway, so rates need no live debugging, unlike Alloy's.</remarks>
internal sealed class EdgeRates
{
    private Dictionary<Edge, long> _last = new(ReferenceEqualityComparer.Instance);

    /// <summary>Writes <c>[{"componentID","targetComponentIDs","type","rate"}]</c>, entries or samples a second, for edges that carried anything.</summary>
    public void Write(Utf8JsonWriter json, GraphView graph, TimeSpan window)
    {
        var seen = new Dictionary<Edge, long>(ReferenceEqualityComparer.Instance);
        json.WriteStartArray();
        foreach (ComponentNode node in graph.Components)
        {
            foreach (Edge edge in graph.EdgesOf(node))
            {
                long count = edge.Items.Value;
                seen[edge] = count;
                long delta = count - _last.GetValueOrDefault(edge);
                if (delta > 0 && _last.ContainsKey(edge))
                {
                    Write(json, graph, edge, delta / window.TotalSeconds);
                }
            }
        }
        json.WriteEndArray();
        _last = seen;
    }

    private static void Write(Utf8JsonWriter json, GraphView graph, Edge edge, double rate)
    {
        json.WriteStartObject();
        json.WriteString("componentID"u8, graph.Shown(edge.From));
        json.WriteStartArray("targetComponentIDs"u8);
        json.WriteStringValue(graph.Shown(edge.To));
        json.WriteEndArray();
        json.WriteString("type"u8, edge.DataType);
        json.WriteNumber("rate"u8, rate);
        json.WriteEndObject();
    }
}
