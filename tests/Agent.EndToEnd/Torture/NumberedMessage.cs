using System.Buffers.Text;

namespace Agent.EndToEnd.Torture;

/// <summary>Messages that say which they are and show when a part of them is missing or does not belong to them.</summary>
/// <remarks><c>src=pod-07 seq=1234 FILL end=1234</c>, where the number decides how long the fill is.</remarks>
internal static class NumberedMessage
{
    public const int MostSources = 100;
    public const int MostBytes = 256;
    private const int ShortestFill = 24;
    private const int LongestFill = 150;

    private static ReadOnlySpan<byte> Begin => "src=pod-"u8;

    private static ReadOnlySpan<byte> Sequence => " seq="u8;

    private static ReadOnlySpan<byte> End => " end="u8;

    private static ReadOnlySpan<byte> Fill =>
        "level=info ts=2026-05-04T03:02:01Z caller=handler.go:218 msg=\"request completed\" method=GET path=/api/v1/orders/4711 status=200 duration=12.81ms bytes=15231 "u8;

    /// <summary>The name of a source, as its messages and the label <c>pod</c> give it.</summary>
    public static string NameOf(int source) => $"pod-{source:D2}";

    /// <param name="target">At least <see cref="MostBytes"/>.</param>
    /// <returns>The number of bytes.</returns>
    public static int Write(Span<byte> target, int source, int sequence)
    {
        Begin.CopyTo(target);
        int at = Begin.Length;
        target[at++] = (byte)('0' + (source / 10));
        target[at++] = (byte)('0' + (source % 10));
        at += Append(target[at..], Sequence, sequence);
        target[at++] = (byte)' ';
        ReadOnlySpan<byte> fill = FillOf(sequence);
        fill.CopyTo(target[at..]);
        at += fill.Length;
        return at + Append(target[at..], End, sequence);
    }

    /// <summary>Reads a whole message; false for anything else, such as a part of one or two that were joined.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out int source, out int sequence)
    {
        source = 0;
        sequence = 0;
        if (!TryTake(ref line, Begin) || !TryNumber(ref line, out source) || !TryTake(ref line, Sequence) || !TryNumber(ref line, out sequence))
        {
            return false;
        }
        return TryTake(ref line, " "u8) && TryTake(ref line, FillOf(sequence)) && TryTake(ref line, End)
            && TryNumber(ref line, out int end) && line.IsEmpty && end == sequence && source is >= 0 and < MostSources && sequence >= 0;
    }

    /// <summary>The number of a source, from its name; -1 for anything else.</summary>
    public static int SourceOf(ReadOnlySpan<byte> name) =>
        TryTake(ref name, Begin[4..]) && TryNumber(ref name, out int source) && name.IsEmpty && source is >= 0 and < MostSources ? source : -1;

    private static ReadOnlySpan<byte> FillOf(int sequence) => Fill[..(ShortestFill + ((sequence & 0xFFFF) * 31 % (LongestFill - ShortestFill)))];

    private static int Append(Span<byte> target, ReadOnlySpan<byte> text, int number)
    {
        text.CopyTo(target);
        Utf8Formatter.TryFormat(number, target[text.Length..], out int digits);
        return text.Length + digits;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> line, ReadOnlySpan<byte> expected)
    {
        bool found = line.StartsWith(expected);
        line = found ? line[expected.Length..] : line;
        return found;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> line, out int number)
    {
        bool found = Utf8Parser.TryParse(line, out number, out int digits);
        line = line[digits..];
        return found;
    }
}
