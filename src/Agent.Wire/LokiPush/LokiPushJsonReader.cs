using System.Buffers.Text;
using System.Text.Json;

namespace Agent.Wire.LokiPush;

/// <summary>
/// Reads the JSON form of a push request:
/// <c>{"streams":[{"stream":{"app":"x"},"values":[["unix nanoseconds","line",{"trace":"y"}]]}]}</c>.
/// </summary>
/// <remarks>
/// As upstream: unknown members and a fourth element of an entry are passed over, null stands for no entries, a label's value may
/// be a number or true, false, null (its text counts), of a repeated member the last counts, and members may come in any order.
/// Stricter: text behind the request is refused. Reusable; not thread safe.
/// </remarks>
public sealed class LokiPushJsonReader : IDisposable
{
    private readonly GrowableBuffer _name = new();
    private readonly GrowableBuffer _value = new();

    /// <summary>Feeds the sink. False with an error where the request is bad: what the sink took by then is void.</summary>
    public bool TryRead<TSink>(ReadOnlySpan<byte> json, ref TSink sink, out string? error)
        where TSink : ILokiPushSink
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            error = ReadRequest(ref reader, ref sink);
            // Text behind the request makes this throw.
            reader.Read();
        }
        catch (JsonException invalid)
        {
            error = $"cannot read a push request: {invalid.Message}";
        }
        return error is null;
    }

    public void Dispose()
    {
        _name.Release();
        _value.Release();
    }

    private string? ReadRequest<TSink>(ref Utf8JsonReader reader, ref TSink sink)
        where TSink : ILokiPushSink
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return "cannot read a push request: it must be an object";
        }
        string? error = null;
        while (error is null && reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("streams"u8))
            {
                error = ReadStreams(ref reader, ref sink);
            }
            else
            {
                reader.Skip();
            }
        }
        return error;
    }

    private string? ReadStreams<TSink>(ref Utf8JsonReader reader, ref TSink sink)
        where TSink : ILokiPushSink
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return "cannot read a push request: streams must be an array";
        }
        string? error = null;
        while (error is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            error = reader.TokenType == JsonTokenType.StartObject
                ? ReadStream(ref reader, ref sink)
                : "cannot read a stream: it must be an object";
        }
        return error;
    }

    /// <summary>Finds both members first, since the sink needs the labels before the entries and they may come in any order.</summary>
    private string? ReadStream<TSink>(ref Utf8JsonReader reader, ref TSink sink)
        where TSink : ILokiPushSink
    {
        Utf8JsonReader labels = default;
        Utf8JsonReader values = default;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            bool isLabels = reader.ValueTextEquals("stream"u8);
            bool isValues = !isLabels && reader.ValueTextEquals("values"u8);
            reader.Read();
            if (isLabels)
            {
                labels = reader;
            }
            else if (isValues)
            {
                values = reader;
            }
            reader.Skip();
        }
        sink.BeginStream();
        string? error = labels.TokenType == JsonTokenType.None ? null : ReadLabels(ref labels, ref sink);
        if (values.TokenType is not (JsonTokenType.None or JsonTokenType.Null))
        {
            error ??= ReadValues(ref values, ref sink);
        }
        sink.EndStream();
        return error;
    }

    private string? ReadLabels<TSink>(ref Utf8JsonReader reader, ref TSink sink)
        where TSink : ILokiPushSink
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "cannot read a stream: its labels must be an object";
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            ReadOnlySpan<byte> name = JsonText.Read(ref reader, _name);
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                return "cannot read a stream: a label's value must be a string";
            }
            sink.Label(name, JsonText.Read(ref reader, _value));
        }
        return null;
    }

    private string? ReadValues<TSink>(ref Utf8JsonReader reader, ref TSink sink)
        where TSink : ILokiPushSink
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return "cannot read a stream: its values must be an array";
        }
        string? error = null;
        while (error is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            error = reader.TokenType switch
            {
                JsonTokenType.StartArray => ReadEntry(ref reader, ref sink),
                JsonTokenType.Null => null,
                _ => "cannot read an entry: it must be an array",
            };
        }
        return error;
    }

    private string? ReadEntry<TSink>(ref Utf8JsonReader reader, ref TSink sink)
        where TSink : ILokiPushSink
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String || !TryNanos(reader.ValueSpan, out long unixNanos))
        {
            return "cannot read an entry: it must begin with a string of unix nanoseconds";
        }
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.EndArray))
        {
            return "cannot read an entry: its line must be a string";
        }
        bool hasLine = reader.TokenType == JsonTokenType.String;
        sink.BeginEntry(unixNanos, hasLine ? JsonText.Read(ref reader, _value) : []);
        string? error = null;
        if (hasLine && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            error = ReadMetadata(ref reader, ref sink);
            while (error is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
            }
        }
        sink.EndEntry();
        return error;
    }

    private string? ReadMetadata<TSink>(ref Utf8JsonReader reader, ref TSink sink)
        where TSink : ILokiPushSink
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "cannot read an entry: its structured metadata must be an object";
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            ReadOnlySpan<byte> name = JsonText.Read(ref reader, _name);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                return "cannot read an entry: a structured metadata value must be a string";
            }
            sink.Metadata(name, JsonText.Read(ref reader, _value));
        }
        return null;
    }

    /// <summary>Decimal digits with an optional minus; the parser would also take a plus.</summary>
    private static bool TryNanos(ReadOnlySpan<byte> text, out long nanos) =>
        Utf8Parser.TryParse(text, out nanos, out int consumed) && consumed == text.Length && text[0] != '+';
}
