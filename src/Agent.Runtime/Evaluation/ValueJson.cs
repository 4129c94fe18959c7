using System.Text.Json;
using Agent.Sdk;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Writes values as the JSON of Alloy's HTTP API: <c>{"type": ..., "value": ...}</c>, secrets redacted.</summary>
public static class ValueJson
{
    public static void Write(Utf8JsonWriter json, Value value)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, TypeOf(value));
        json.WritePropertyName("value"u8);
        WriteContent(json, value);
        json.WriteEndObject();
    }

    /// <summary>The same for what may be large: between two items of a list the writer may be flushed.</summary>
    public static async ValueTask WriteAsync(Utf8JsonWriter json, Value value, Func<ValueTask> flush)
    {
        if (value is not ArrayValue items)
        {
            Write(json, value);
            return;
        }
        json.WriteStartObject();
        json.WriteString("type"u8, TypeOf(value));
        json.WriteStartArray("value"u8);
        foreach (Value item in items)
        {
            Write(json, item);
            await flush().ConfigureAwait(false);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // A capsule says more about a value that is not known yet than a type the API's readers do not know.
    private static string TypeOf(Value value) => value is UnknownValue ? ValueKind.Capsule.Text() : value.Kind.Text();

    private static void WriteContent(Utf8JsonWriter json, Value value)
    {
        switch (value)
        {
            case NullValue:
                json.WriteNullValue();
                break;
            case BoolValue flag:
                json.WriteBooleanValue(flag.IsTrue);
                break;
            case NumberValue number when !double.IsFinite(number.AsDouble):
                // JSON has no such numbers.
                json.WriteStringValue(GoFloat.Format(number.AsDouble, 'g'));
                break;
            case NumberValue number:
                WriteNumber(json, number);
                break;
            case StringValue text:
                json.WriteStringValue(text.IsSensitive ? Secret.Redacted : text.Text);
                break;
            case ArrayValue array:
                json.WriteStartArray();
                foreach (Value item in array)
                {
                    Write(json, item);
                }
                json.WriteEndArray();
                break;
            case ObjectValue map:
                WriteFields(json, map);
                break;
            default:
                json.WriteStringValue(ValuePrinter.Describe(value));
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, NumberValue number)
    {
        switch (number.NumberKind)
        {
            case NumberKind.Int:
                json.WriteNumberValue(number.AsInt64);
                break;
            case NumberKind.Uint:
                json.WriteNumberValue(number.AsUInt64);
                break;
            default:
                json.WriteNumberValue(number.AsDouble);
                break;
        }
    }

    private static void WriteFields(Utf8JsonWriter json, ObjectValue map)
    {
        json.WriteStartArray();
        foreach (string key in map.Keys.Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("key"u8, key);
            json.WritePropertyName("value"u8);
            Write(json, map[key]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
