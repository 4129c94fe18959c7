using System.Text;
using Agent.Components.Common.JmesPath;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Json;

/// <summary>Makes extracted values of JSON.</summary>
internal static class JsonValueReader
{
    /// <param name="json">One value, known to be valid, without white space around it.</param>
    /// <param name="scratch">Memory for what cannot point into <paramref name="json"/>.</param>
    public static SlotValue Read(ReadOnlyMemory<byte> json, PooledBytes scratch)
    {
        ReadOnlySpan<byte> span = json.Span;
        switch (span[0])
        {
            case (byte)'"':
                ReadOnlyMemory<byte> text = json[1..^1];
                return SlotValue.OfText(text.Span.Contains((byte)'\\') ? JsonText.Unescape(text.Span, scratch) : text);
            case (byte)'t':
                return SlotValue.OfBool(true);
            case (byte)'f':
                return SlotValue.OfBool(false);
            case (byte)'n':
                return SlotValue.Null;
            case (byte)'{' or (byte)'[':
                return SlotValue.OfText(Rewrite(json, scratch));
            default:
                return SlotValue.OfNumber(json, scratch);
        }
    }

    public static SlotValue Read(JmesValue value, PooledBytes scratch) => value.Kind switch
    {
        JmesKind.String => SlotValue.OfText(Encode(value.AsString, scratch)),
        JmesKind.Number => SlotValue.OfNumber(value.AsNumber, scratch),
        JmesKind.Boolean => SlotValue.OfBool(value.AsBoolean),
        JmesKind.Null => SlotValue.Null,
        _ => SlotValue.OfText(Encode(JmesJson.Write(value), scratch)),
    };

    // Objects and arrays are written anew, as Go would: only here does extraction allocate. What a double cannot hold stays as it is.
    private static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> json, PooledBytes scratch) =>
        JmesJson.TryRead(json.Span, out JmesValue value, out _) ? Encode(JmesJson.Write(value), scratch) : json;

    private static Memory<byte> Encode(string text, PooledBytes scratch)
    {
        Memory<byte> bytes = scratch.Take(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, bytes.Span);
        return bytes;
    }
}
