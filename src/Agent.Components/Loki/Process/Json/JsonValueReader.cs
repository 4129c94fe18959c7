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
                return SlotValue.OfText(GoJson.Rewrite(json, scratch));
            default:
                return SlotValue.OfNumber(json, scratch);
        }
    }
}
