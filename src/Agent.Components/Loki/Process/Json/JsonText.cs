using System.Buffers.Text;
using System.Text;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Json;

/// <summary>The text of JSON strings.</summary>
internal static class JsonText
{
    /// <summary>The text that an escaped string stands for. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="escaped">Between the quotes; its escapes are known to be valid.</param>
    /// <param name="scratch">Memory for the result, which is never longer.</param>
    public static ReadOnlyMemory<byte> Unescape(ReadOnlySpan<byte> escaped, PooledBytes scratch)
    {
        Memory<byte> target = scratch.Take(escaped.Length);
        return target[..Unescape(escaped, target.Span)];
    }

    public static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int plain = escaped.IndexOf((byte)'\\');
            if (plain < 0)
            {
                escaped.CopyTo(target[written..]);
                return written + escaped.Length;
            }
            escaped[..plain].CopyTo(target[written..]);
            written += plain;
            escaped = escaped[plain..];
            if (escaped[1] == 'u')
            {
                written += ReadRune(ref escaped).EncodeToUtf8(target[written..]);
            }
            else
            {
                target[written++] = escaped[1] switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    byte other => other,
                };
                escaped = escaped[2..];
            }
        }
    }

    private static Rune ReadRune(ref ReadOnlySpan<byte> escaped)
    {
        char first = Unit(escaped);
        escaped = escaped[6..];
        if (Rune.TryCreate(first, out Rune rune))
        {
            return rune;
        }
        if (escaped.StartsWith("\\u"u8) && Rune.TryCreate(first, Unit(escaped), out rune))
        {
            escaped = escaped[6..];
            return rune;
        }
        return Rune.ReplacementChar;
    }

    private static char Unit(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out _, 'x') ? (char)unit : '\uFFFD';
}
