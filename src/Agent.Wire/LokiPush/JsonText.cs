using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Agent.Wire.LokiPush;

/// <summary>The text of a JSON string, in place where it holds no escape.</summary>
/// <remarks>
/// Utf8JsonReader's own unescaping throws where half a surrogate pair is escaped. A log line may hold anything, so here half
/// a pair becomes U+FFFD and bytes that are no UTF-8 pass through, to be repaired where they are encoded.
/// </remarks>
internal static class JsonText
{
    /// <summary>The current string's or property name's text, in the reader's input or in <paramref name="scratch"/>, which it empties.</summary>
    public static ReadOnlySpan<byte> Read(ref Utf8JsonReader reader, GrowableBuffer scratch)
    {
        ReadOnlySpan<byte> raw = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return raw;
        }
        scratch.Clear();
        scratch.Advance(Unescape(raw, scratch.Reserve(raw.Length)));
        return scratch.Written;
    }

    /// <summary>The tokenizer has checked that every escape is complete. The result is never longer than the input.</summary>
    private static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                raw.CopyTo(target[written..]);
                return written + raw.Length;
            }
            raw[..plain].CopyTo(target[written..]);
            written += plain;
            byte kind = raw[plain + 1];
            raw = raw[(plain + 2)..];
            if (kind == 'u')
            {
                written += Unicode(ref raw).EncodeToUtf8(target[written..]);
                continue;
            }
            target[written++] = kind switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                _ => kind,
            };
        }
    }

    private static Rune Unicode(ref ReadOnlySpan<byte> raw)
    {
        char first = Unit(raw);
        raw = raw[4..];
        if (Rune.TryCreate(first, out Rune rune))
        {
            return rune;
        }
        if (char.IsHighSurrogate(first) && raw.StartsWith("\\u"u8) && Rune.TryCreate(first, Unit(raw[2..]), out rune))
        {
            raw = raw[6..];
            return rune;
        }
        return Rune.ReplacementChar;
    }

    private static char Unit(ReadOnlySpan<byte> digits) =>
        (char)(Utf8Parser.TryParse(digits[..4], out ushort unit, out _, 'x') ? unit : Rune.ReplacementChar.Value);
}
