using System.Globalization;
using System.Text.Json;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>JSON as Go's encoding/json reads and writes it.</summary>
internal static class JsonText
{
    private const int MaxDepth = 200;

    /// <summary>Reads a value; numbers become float64. False with a message in Go's words.</summary>
    public static bool TryRead(string text, out GoValue value, out string error)
    {
        byte[] utf8 = GoText.ToUtf8(text);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        value = default;
        error = "";
        try
        {
            reader.Read();
            value = Read(ref reader);
            reader.Read();
            return true;
        }
        catch (JsonException)
        {
            value = default;
            int at = (int)Math.Min(reader.BytesConsumed, utf8.Length);
            while (at < utf8.Length && utf8[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                at++;
            }
            error = at >= utf8.Length
                ? "unexpected end of JSON input"
                : $"invalid character {GoQuoting.QuoteRune(text[at], ascii: false)} looking for beginning of value";
            return false;
        }
    }

    private static GoValue Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var fields = new GoMap();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = ReadText(ref reader);
                    reader.Read();
                    fields[name] = Read(ref reader);
                }
                return GoValue.Of(fields);
            case JsonTokenType.StartArray:
                var items = new List<GoValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader));
                }
                return GoValue.OfList([.. items]);
            case JsonTokenType.String:
                return GoValue.Of(ReadText(ref reader));
            case JsonTokenType.Number:
                double number = double.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
                return double.IsFinite(number) ? GoValue.Of(number) : throw new JsonException("number out of range");
            case JsonTokenType.True or JsonTokenType.False:
                return GoValue.Of(reader.TokenType == JsonTokenType.True);
            default:
                return GoValue.Nil;
        }
    }

    private static string ReadText(ref Utf8JsonReader reader) => JsonEscapes.TryDecode(reader.ValueSpan, out byte[] decoded)
        ? GoText.FromUtf8(decoded)
        : throw new JsonException("invalid escape in string");
}
