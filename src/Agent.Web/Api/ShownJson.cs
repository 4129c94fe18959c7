using System.Text.Json;
using Agent.Runtime.Evaluation;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;
using Agent.Web.Prometheus;

namespace Agent.Web.Api;

/// <summary>Writes blocks in Alloy's JSON encoding, with secrets redacted.</summary>
/// <remarks>A body is an array of statements: <c>{"name","type":"attr","value"}</c> or <c>{"name","type":"block","label","body"}</c>.</remarks>
internal static class ShownJson
{
    public static void WriteNothing(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteEndArray();
    }

    public static async ValueTask WriteBodyAsync(JsonStream output, BlockValue? block, BlockSchema? schema, CancellationToken stop)
    {
        Utf8JsonWriter json = output.Json;
        json.WriteStartArray();
        foreach (AttributeValue attribute in block?.Attributes ?? [])
        {
            await WriteAttributeAsync(output, attribute.Name, Marked(attribute, schema), stop).ConfigureAwait(false);
        }
        foreach (BlockValue child in block?.Blocks ?? [])
        {
            WriteBlock(json, child, schema?.Blocks.FirstOrDefault(known => known.Name == child.Name)?.Schema());
        }
        json.WriteEndArray();
    }

    /// <summary>The fields of an object as attributes; an empty body for anything else.</summary>
    public static async ValueTask WriteBodyAsync(JsonStream output, Value? value, CancellationToken stop)
    {
        output.Json.WriteStartArray();
        if (value is ObjectValue fields)
        {
            foreach (string key in fields.Keys)
            {
                await WriteAttributeAsync(output, key, fields[key], stop).ConfigureAwait(false);
            }
        }
        output.Json.WriteEndArray();
    }

    private static void WriteBody(Utf8JsonWriter json, BlockValue block, BlockSchema? schema)
    {
        json.WriteStartArray();
        foreach (AttributeValue attribute in block.Attributes)
        {
            WriteName(json, attribute.Name);
            ValueJson.Write(json, Marked(attribute, schema));
            json.WriteEndObject();
        }
        foreach (BlockValue child in block.Blocks)
        {
            WriteBlock(json, child, schema?.Blocks.FirstOrDefault(known => known.Name == child.Name)?.Schema());
        }
        json.WriteEndArray();
    }

    private static Value Marked(AttributeValue attribute, BlockSchema? schema) =>
        Redaction.Mark(attribute.Value, schema?.Attributes.FirstOrDefault(known => known.Name == attribute.Name)?.Type);

    private static void WriteBlock(Utf8JsonWriter json, BlockValue block, BlockSchema? schema)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, block.Name);
        json.WriteString("type"u8, "block"u8);
        if (!string.IsNullOrEmpty(block.Label))
        {
            json.WriteString("label"u8, block.Label);
        }
        json.WritePropertyName("body"u8);
        WriteBody(json, block, schema);
        json.WriteEndObject();
    }

    private static async ValueTask WriteAttributeAsync(JsonStream output, string name, Value value, CancellationToken stop)
    {
        WriteName(output.Json, name);
        // Ten thousand targets are tens of megabytes of text.
        await ValueJson.WriteAsync(output.Json, value, () => output.FlushIfFullAsync(stop)).ConfigureAwait(false);
        output.Json.WriteEndObject();
    }

    private static void WriteName(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("type"u8, "attr"u8);
        json.WritePropertyName("value"u8);
    }
}
