using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Tests.Deploy;

/// <summary>Values of a chart as templates see them, and back.</summary>
internal static class GoYaml
{
    /// <summary>Numbers are floating point, as those of a chart are: a million written without a conversion would read 1e+06.</summary>
    public static GoValue Read(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                var fields = new GoMap();
                foreach (KeyValuePair<string, JsonNode?> pair in map)
                {
                    fields[GoText.FromString(pair.Key)] = Read(pair.Value);
                }
                return GoValue.Of(fields);
            case JsonArray list:
                return GoValue.OfList([.. list.Select(Read)]);
            case JsonValue value:
                return value.GetValueKind() switch
                {
                    JsonValueKind.True => GoValue.Of(true),
                    JsonValueKind.False => GoValue.Of(false),
                    JsonValueKind.Number => GoValue.Of(value.GetValue<double>()),
                    _ => GoValue.Of(GoText.FromString(value.GetValue<string>())),
                };
            default:
                return GoValue.Nil;
        }
    }

    /// <summary>Block style, keys in order, texts in quotes; ends without a line break, as Helm's does.</summary>
    public static string Write(GoValue value)
    {
        var text = new StringBuilder();
        Write(text, Node(value), "");
        return text.ToString().Trim('\n');
    }

    private static JsonNode? Node(GoValue value) => value.Kind switch
    {
        GoKind.Map => new JsonObject(value.AsMap.Sorted().Select(static pair => KeyValuePair.Create(GoText.ToString(pair.Key), Node(pair.Value)))),
        GoKind.Slice => new JsonArray([.. value.AsList.Select(Node)]),
        GoKind.String => JsonValue.Create(GoText.ToString(value.AsText)),
        GoKind.Bool => JsonValue.Create(value.AsBool),
        GoKind.Float64 => JsonValue.Create(value.AsFloat),
        GoKind.Invalid or GoKind.Interface => null,
        _ => JsonValue.Create(value.AsInt),
    };

    private static void Write(StringBuilder text, JsonNode? node, string indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                foreach (KeyValuePair<string, JsonNode?> pair in map)
                {
                    text.Append('\n').Append(indent).Append(pair.Key).Append(": ");
                    Write(text, pair.Value, indent + "  ");
                }
                break;
            case JsonArray { Count: > 0 } list:
                foreach (JsonNode? item in list)
                {
                    text.Append('\n').Append(indent).Append("- ");
                    var inner = new StringBuilder();
                    Write(inner, item, indent + "  ");
                    text.Append(inner.ToString().TrimStart());
                }
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
