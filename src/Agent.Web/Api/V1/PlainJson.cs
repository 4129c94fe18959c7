using System.Text.Json;
using Agent.Syntax.Values;
using Agent.Runtime.Evaluation;
using Agent.Sdk;

namespace Agent.Web.Api.V1;

/// <summary>Writes values as ordinary JSON for people's eyes: secrets redacted, lists and texts cut.</summary>
internal static class PlainJson
{
    /// <summary>Longer lists are cut: the page of what they list has paging.</summary>
    public const int LongestList = 500;

    private const int LongestText = 16 * 1024;

    public static void Write(Utf8JsonWriter json, Value? value)
    {
        switch (value)
        {
            case null or NullValue:
                json.WriteNullValue();
                break;
            case BoolValue flag:
                json.WriteBooleanValue(flag.IsTrue);
                break;
            case NumberValue number when double.IsFinite(number.AsDouble):
                json.WriteNumberValue(number.AsDouble);
                break;
            case StringValue text:
                json.WriteStringValue(text.IsSensitive ? Secret.Redacted : Cut(text.Text));
                break;
            case ArrayValue array:
                json.WriteStartArray();
                foreach (Value item in array.Take(LongestList))
                {
                    Write(json, item);
                }
                json.WriteEndArray();
                break;
            case ObjectValue map:
                json.WriteStartObject();
                foreach (string key in map.Keys)
                {
                    json.WritePropertyName(key);
                    Write(json, map[key]);
                }
                json.WriteEndObject();
                break;
            default:
                json.WriteStringValue(ValuePrinter.Print(value));
                break;
        }
    }

    /// <summary>Never in the middle of a character of two units.</summary>
    public static string Cut(string text) => text.Length <= LongestText
        ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText), $"… ({text.Length} characters)");
}
