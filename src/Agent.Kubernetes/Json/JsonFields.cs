using System.Text;
using System.Text.Json;

namespace Agent.Kubernetes.Json;

/// <summary>Reads fields of objects whose shape cannot be relied on: what is missing, null or of another type counts as not there.</summary>
/// <remarks>
/// The reader holds the whole object. One loop reads one object:
/// <code>
/// while (JsonFields.Next(ref json))
/// {
///     if (json.ValueTextEquals("phase"u8)) { phase = JsonFields.Name(ref json) ?? ""; }
///     else { JsonFields.Skip(ref json); }
/// }
/// </code>
/// After <see cref="Next"/> the reader stands at a field's name, and exactly one other method takes its value (also <see cref="EnterObject"/>
/// where it gives false, so it never stands behind an <c>&amp;&amp;</c> with another branch to come); only malformed JSON throws.
/// </remarks>
public static class JsonFields
{
    /// <summary>Goes to the next field of the object that the reader is in; false at its closing brace.</summary>
    public static bool Next(ref Utf8JsonReader json) => Read(ref json) == JsonTokenType.PropertyName;

    /// <summary>Skips the value of the field.</summary>
    public static void Skip(ref Utf8JsonReader json)
    {
        Read(ref json);
        json.Skip();
    }

    /// <summary>The value as text of its own, or null. For what is seldom the same twice: uids, addresses, long annotations.</summary>
    public static string? Text(ref Utf8JsonReader json) => Read(ref json) == JsonTokenType.String ? TextHere(ref json) : SkipHere<string>(ref json);

    /// <summary>The value as text that is kept once however often it is met, or null. For what repeats: labels, namespaces, images, phases.</summary>
    public static string? Name(ref Utf8JsonReader json) => Read(ref json) == JsonTokenType.String ? NameHere(ref json) : SkipHere<string>(ref json);

    /// <summary>A whole number, or null. Also from text, as <c>intOrString</c> fields have it.</summary>
    public static long? Integer(ref Utf8JsonReader json)
    {
        switch (Read(ref json))
        {
            case JsonTokenType.Number:
                return json.TryGetInt64(out long number) ? number : null;
            case JsonTokenType.String:
                return long.TryParse(TextHere(ref json), out long written) ? written : null;
            default:
                json.Skip();
                return null;
        }
    }

    /// <summary>A truth value, or null.</summary>
    public static bool? Boolean(ref Utf8JsonReader json)
    {
        switch (Read(ref json))
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            default:
                json.Skip();
                return null;
        }
    }

    /// <summary>A point in time as the API writes it (RFC 3339), or null.</summary>
    public static DateTimeOffset? Time(ref Utf8JsonReader json)
    {
        if (Read(ref json) != JsonTokenType.String)
        {
            json.Skip();
            return null;
        }
        return json.TryGetDateTimeOffset(out DateTimeOffset time) ? time : null;
    }

    /// <summary>Enters the object that is the field's value: read it with <see cref="Next"/> to its end. False where it is none (and skipped).</summary>
    public static bool EnterObject(ref Utf8JsonReader json) => Enter(ref json, JsonTokenType.StartObject);

    /// <summary>Enters the array that is the field's value: read it with <see cref="NextObject"/> or <see cref="NextText"/> to its end. False where it is none (and skipped).</summary>
    public static bool EnterArray(ref Utf8JsonReader json) => Enter(ref json, JsonTokenType.StartArray);

    /// <summary>Enters the next object of the array, over whatever else stands there: read it with <see cref="Next"/> to its end. False at the array's end.</summary>
    public static bool NextObject(ref Utf8JsonReader json) => NextOf(ref json, JsonTokenType.StartObject);

    /// <summary>Goes to the next text of the array, over whatever else stands there: take it with <see cref="NameHere"/>. False at the array's end.</summary>
    public static bool NextText(ref Utf8JsonReader json) => NextOf(ref json, JsonTokenType.String);

    /// <summary>An object of texts, such as labels; empty where it is none. Values longer than a label's are not looked for among known ones.</summary>
    public static StringPairs Pairs(ref Utf8JsonReader json)
    {
        if (!EnterObject(ref json))
        {
            return StringPairs.Empty;
        }
        var pairs = new StringPairs.Builder();
        while (Next(ref json))
        {
            string? key = NameHere(ref json);
            string? value = Name(ref json);
            if (key is not null && value is not null)
            {
                pairs.Add(key, value);
            }
        }
        return pairs.Build();
    }

    /// <summary>The text or field name that the reader stands at, kept once; null where its escapes are no text.</summary>
    public static string? NameHere(ref Utf8JsonReader json) =>
        json.ValueIsEscaped || json.HasValueSequence ? TextHere(ref json) : NamePool.Shared.Get(json.ValueSpan);

    private static string? TextHere(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped && !json.HasValueSequence)
        {
            return Encoding.UTF8.GetString(json.ValueSpan);
        }
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: JSON by its grammar, but no text.
            return null;
        }
    }

    private static bool Enter(ref Utf8JsonReader json, JsonTokenType opening)
    {
        if (Read(ref json) == opening)
        {
            return true;
        }
        json.Skip();
        return false;
    }

    private static bool NextOf(ref Utf8JsonReader json, JsonTokenType wanted)
    {
        while (Read(ref json) is var token && token != JsonTokenType.EndArray)
        {
            if (token == wanted)
            {
                return true;
            }
            json.Skip();
        }
        return false;
    }

    private static T? SkipHere<T>(ref Utf8JsonReader json)
        where T : class
    {
        json.Skip();
        return null;
    }

    private static JsonTokenType Read(ref Utf8JsonReader json) =>
        json.Read() ? json.TokenType : throw new JsonException("the object ends too early");
}
