using System.Text.Json;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Web.Api;

/// <summary>Writes values and blocks in Alloy's JSON encoding, with secrets redacted.</summary>
/// <remarks>
/// A body is an array of statements: <c>{"name","type":"attr","value"}</c> or <c>{"name","type":"block","label","body"}</c>. A value is
/// <c>{"type","value"}</c>; an object's value is a list of <c>{"key","value"}</c>.
/// </remarks>
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
                WriteAttribute(json, attribute.Name, attribute.Value, type);
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
                WriteAttribute(json, key, fields[key], null);
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

    private static void WriteAttribute(Utf8JsonWriter json, string name, Value value, SchemaType? type)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("type"u8, "attr"u8);
        json.WritePropertyName("value"u8);
        WriteValue(json, value, type);
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, Value value, SchemaType? type)
    {
        json.WriteStartObject();
        if (Redaction.Hides(value, type))
        {
            json.WriteString("type"u8, "capsule"u8);
            json.WriteString("value"u8, Secret.Redacted);
            json.WriteEndObject();
            return;
        }
        json.WriteString("type"u8, TypeOf(value));
        if (value is not NullValue)
        {
            json.WritePropertyName("value"u8);
            WriteContent(json, value, type);
        }
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, Value value, SchemaType? type)
    {
        switch (value)
        {
            case BoolValue flag:
                json.WriteBooleanValue(flag.IsTrue);
                break;
            case NumberValue number:
                WriteNumber(json, number);
                break;
            case StringValue text:
                json.WriteStringValue(text.Text);
                break;
            case ArrayValue array:
                json.WriteStartArray();
                foreach (Value item in array)
                {
                    WriteValue(json, item, type?.Element);
                }
                json.WriteEndArray();
                break;
            case ObjectValue map:
                WriteFields(json, map, type);
                break;
            case CapsuleValue capsule:
                json.WriteStringValue(Redaction.Describe(capsule));
                break;
            default:
                json.WriteStringValue(value is FunctionValue ? "function" : "(unknown)");
                break;
        }
    }

    private static void WriteFields(Utf8JsonWriter json, ObjectValue map, SchemaType? type)
    {
        json.WriteStartArray();
        foreach (string key in map.Keys.Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("key"u8, key);
            json.WritePropertyName("value"u8);
            WriteValue(json, map[key], type?.Element);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // JSON has no infinities and no NaN.
    private static void WriteNumber(Utf8JsonWriter json, NumberValue number)
    {
        if (number.NumberKind == NumberKind.Int)
        {
            json.WriteNumberValue(number.AsInt64);
        }
        else if (number.NumberKind == NumberKind.Uint)
        {
            json.WriteNumberValue(number.AsUInt64);
        }
        else if (double.IsFinite(number.AsDouble))
        {
            json.WriteNumberValue(number.AsDouble);
        }
        else
        {
            json.WriteStringValue(number.AsDouble.ToString());
        }
    }

    private static string TypeOf(Value value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Number => "number",
        ValueKind.String => "string",
        ValueKind.Bool => "bool",
        ValueKind.Array => "array",
        ValueKind.Object => "object",
        ValueKind.Function => "function",
        _ => "capsule",
    };
}
