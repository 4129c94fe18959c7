using System.Text.Json;
using Agent.Runtime.Evaluation;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Web.Api;

/// <summary>Writes blocks in Alloy's JSON encoding, with secrets redacted.</summary>
/// <remarks>A body is an array of statements: <c>{"name","type":"attr","value"}</c> or <c>{"name","type":"block","label","body"}</c>.</remarks>
internal static class ShownJson
{
    public static void WriteBody(Utf8JsonWriter json, BlockValue? block, BlockSchema? schema)
    {
        json.WriteStartArray();
        if (block is not null)
        {
            foreach (AttributeValue attribute in block.Attributes)
            {
                SchemaType? type = schema?.Attributes.FirstOrDefault(known => known.Name == attribute.Name)?.Type;
                WriteAttribute(json, attribute.Name, Redaction.Mark(attribute.Value, type));
            }
            foreach (BlockValue child in block.Blocks)
            {
                WriteBlock(json, child, schema?.Blocks.FirstOrDefault(known => known.Name == child.Name)?.Schema());
            }
        }
        json.WriteEndArray();
    }

    /// <summary>The fields of an object as attributes; an empty body for anything else.</summary>
    public static void WriteBody(Utf8JsonWriter json, Value? value)
    {
        json.WriteStartArray();
        if (value is ObjectValue fields)
        {
            foreach (string key in fields.Keys)
            {
                WriteAttribute(json, key, fields[key]);
            }
        }
        json.WriteEndArray();
    }

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

    private static void WriteAttribute(Utf8JsonWriter json, string name, Value value)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("type"u8, "attr"u8);
        json.WritePropertyName("value"u8);
        ValueJson.Write(json, value);
        json.WriteEndObject();
    }
}
