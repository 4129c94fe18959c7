using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Agent.Wire;

/// <summary>Makes bytes valid UTF-8: each maximal broken sequence becomes one U+FFFD, as Unicode recommends.</summary>
/// <remarks>
/// Protobuf strings must be valid UTF-8, and a receiver may refuse a whole request because of one bad line. Valid input
/// costs one vectorised check; only broken input is read rune by rune.
/// </remarks>
public static class Utf8Repair
{
    private static ReadOnlySpan<byte> Replacement => [0xEF, 0xBF, 0xBD];

    /// <summary>Length after repair, which is the length itself where nothing is broken.</summary>
    /// <param name="isValid">Kept for <see cref="CopyTo"/>: equal lengths alone do not prove that nothing is broken.</param>
    public static int RepairedLength(ReadOnlySpan<byte> text, out bool isValid)
    {
        isValid = Utf8.IsValid(text);
        return isValid ? text.Length : CountRepaired(text);
    }

    /// <summary>Writes the text, repaired unless it is known to be valid, to exactly <see cref="RepairedLength"/> bytes.</summary>
    public static void CopyTo(ReadOnlySpan<byte> text, bool isValid, Span<byte> target)
    {
        if (isValid)
        {
            text.CopyTo(target);
        }
        else
        {
            Repair(text, target);
        }
    }

    private static int CountRepaired(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text, out _, out int consumed);
            length += status == OperationStatus.Done ? consumed : Replacement.Length;
            text = text[consumed..];
        }
        return length;
    }

    private static void Repair(ReadOnlySpan<byte> text, Span<byte> target)
    {
        int written = 0;
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text, out _, out int consumed);
            ReadOnlySpan<byte> piece = status == OperationStatus.Done ? text[..consumed] : Replacement;
            piece.CopyTo(target[written..]);
            written += piece.Length;
            text = text[consumed..];
        }
    }
}
