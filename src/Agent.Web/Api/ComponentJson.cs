using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Web.Prometheus;

namespace Agent.Web.Api;

/// <summary>Writes components as Alloy's UI API does: the same keys, the list without arguments, exports and debug state.</summary>
internal sealed class ComponentJson(GraphView graph, bool liveDebugging)
{
    public void WriteList(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (ComponentNode node in graph.Components)
        {
            WriteHead(json, node);
            json.WritePropertyName("arguments"u8);
            ShownJson.WriteNothing(json);
            json.WritePropertyName("exports"u8);
            ShownJson.WriteNothing(json);
            json.WritePropertyName("debugInfo"u8);
            ShownJson.WriteNothing(json);
            WriteTail(json, node);
        }
        json.WriteEndArray();
    }

    public async ValueTask WriteAsync(JsonStream output, ComponentNode node, CancellationToken stop)
    {
        Utf8JsonWriter json = output.Json;
        WriteHead(json, node);
        json.WritePropertyName("arguments"u8);
        await ShownJson.WriteBodyAsync(output, node.Block, node.Definition.Descriptor.Arguments, stop).ConfigureAwait(false);
        json.WritePropertyName("exports"u8);
        await ShownJson.WriteBodyAsync(output, node.ShownExports, stop).ConfigureAwait(false);
        json.WritePropertyName("debugInfo"u8);
        await ShownJson.WriteBodyAsync(output, node.DebugState, stop).ConfigureAwait(false);
        WriteTail(json, node);
    }

    public static string NameOf(HealthState state) => state switch
    {
        HealthState.Healthy => "healthy",
        HealthState.Unhealthy => "unhealthy",
        HealthState.Exited => "exited",
        _ => "unknown",
    };

    private void WriteHead(Utf8JsonWriter json, ComponentNode node)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, node.Definition.Descriptor.Name);
        json.WriteString("type"u8, "block"u8);
        json.WriteString("localID"u8, node.LocalId);
        json.WriteString("moduleID"u8, node.ModuleId);
        if (node.Definition.Block.Label is { } label)
        {
            json.WriteString("label"u8, label);
        }
        WriteNames(json, "referencesTo", graph.ReferencesOf(node));
        WriteNames(json, "referencedBy", graph.ReferencedBy(node));
        WriteNames(json, "dataFlowEdgesTo", graph.FlowsTo(node));
        WriteHealth(json, node.Health.Current);
        // Alloy leaves it empty too: the text as written may hold secrets in the clear.
        json.WriteString("original"u8, ""u8);
    }

    private void WriteTail(Utf8JsonWriter json, ComponentNode node)
    {
        WriteNames(json, "createdModuleIDs", node.Modules);
        json.WriteBoolean("liveDebuggingEnabled"u8, liveDebugging);
        json.WriteEndObject();
    }

    private static void WriteHealth(Utf8JsonWriter json, NodeHealth health)
    {
        json.WriteStartObject("health"u8);
        json.WriteString("state"u8, NameOf(health.State));
        json.WriteString("message"u8, health.Message);
        json.WriteString("updatedTime"u8, health.Since);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string key, IEnumerable<string> names)
    {
        json.WriteStartArray(key);
        foreach (string name in names)
        {
            json.WriteStringValue(name);
        }
        json.WriteEndArray();
    }
}
