using System.Buffers;
using System.Text;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>What stages that read messages of Windows do to names and values, as Go does it: by rune, over UTF-8.</summary>
internal static class EventText
{
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);

    /// <summary>Whether the text is a label name of the classic kind: letters, digits and underscores, no digit in front.</summary>
    public static bool IsLabelName(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && !char.IsAsciiDigit((char)name[0]) && !name.ContainsAnyExcept(NameBytes);

    /// <summary>Replaces each character that a label name cannot have by an underscore.</summary>
    public static ReadOnlyMemory<byte> ToLabelName(ReadOnlySpan<byte> text, PooledBytes scratch)
    {
        if (text.IsEmpty)
        {
            return "_"u8.ToArray();
        }
        Memory<byte> name = scratch.Take(text.Length);
        int written = 0;
        for (int at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf8(text[at..], out Rune rune, out int width);
            bool fits = rune.IsAscii && NameBytes.Contains((byte)rune.Value) && (at > 0 || !char.IsAsciiDigit((char)rune.Value));
            name.Span[written++] = fits ? (byte)rune.Value : (byte)'_';
            at += width;
        }
        return name[..written];
    }

    /// <summary>Without white space of any script at its ends.</summary>
    public static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> text)
    {
        while (Rune.DecodeFromUtf8(text.Span, out Rune rune, out int width) == OperationStatus.Done && Rune.IsWhiteSpace(rune))
        {
            text = text[width..];
        }
        while (Rune.DecodeLastFromUtf8(text.Span, out Rune rune, out int width) == OperationStatus.Done && Rune.IsWhiteSpace(rune))
        {
            text = text[..^width];
        }
        return text;
    }
}
