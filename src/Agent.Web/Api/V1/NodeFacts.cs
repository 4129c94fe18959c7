using System.Text.Json;
using Agent.Runtime.Graph;

namespace Agent.Web.Api.V1;

/// <summary>What several answers say of a component in the same words.</summary>
internal static class NodeFacts
{
    public static void WriteIdentity(Utf8JsonWriter json, ComponentNode node)
    {
        json.WriteString("id"u8, node.Id);
        json.WriteString("name"u8, node.Definition.Descriptor.Name);
        json.WriteString("label"u8, node.Definition.Block.Label ?? "");
        json.WriteString("module"u8, node.ModuleId);
        NodeHealth health = node.Health.Current;
        json.WriteStartObject("health"u8);
        json.WriteString("state"u8, ComponentJson.NameOf(health.State));
        json.WriteString("message"u8, PlainJson.Cut(health.Message));
        json.WriteString("since"u8, health.Since);
        json.WriteEndObject();
    }

    public static void WriteFigure(Utf8JsonWriter json, KeyFigure? figure)
    {
        if (figure is null)
        {
            return;
        }
        json.WriteStartObject("figure"u8);
        json.WriteString("kind"u8, figure.Kind);
        json.WriteNumber("value"u8, figure.Value);
        json.WriteNumber("of"u8, figure.Of);
        json.WriteNumber("seconds"u8, figure.Seconds);
        json.WriteEndObject();
    }

    public static void WriteStrings(Utf8JsonWriter json, string key, IEnumerable<string> texts)
    {
        json.WriteStartArray(key);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }
        json.WriteEndArray();
    }
}
