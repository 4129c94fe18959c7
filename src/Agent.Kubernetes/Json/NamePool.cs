using System.Text;
using System.Text.Unicode;

namespace Agent.Kubernetes.Json;

/// <summary>Makes strings of UTF-8, and gives the same string again for text it has met of late.</summary>
/// <remarks>
/// Ten thousand pods have a few hundred different labels, images and namespaces between them. The pool has a fixed number of places and no
/// lock: what is met replaces what was at its place, so that a cluster whose names never repeat costs no more memory than any other.
/// A place is read and written whole, and a string never changes, so threads need not agree.
/// </remarks>
public sealed class NamePool
{
    /// <summary>Longer text is hardly ever met twice: a label's value has at most 63 characters, an image's name seldom more than this.</summary>
    private const int Longest = 160;
    private const int Places = 1 << 14;

    private readonly string?[] _names = new string?[Places];

    /// <summary>The pool of the process. It is a cache: what it gives depends on its argument alone.</summary>
    public static NamePool Shared { get; } = new();

    /// <summary>The text, with U+FFFD for what is no UTF-8.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }
        if (utf8.Length > Longest)
        {
            return Encoding.UTF8.GetString(utf8);
        }
        Span<char> chars = stackalloc char[Longest];
        if (Utf8.ToUtf16(utf8, chars, out _, out int length, replaceInvalidSequences: false) != System.Buffers.OperationStatus.Done)
        {
            return Encoding.UTF8.GetString(utf8);
        }
        ReadOnlySpan<char> text = chars[..length];
        int place = string.GetHashCode(text) & (Places - 1);
        // Two places for each text, so that two common ones that meet do not drive each other out for ever.
        ref string? first = ref _names[place];
        if (first is { } known && text.SequenceEqual(known))
        {
            return known;
        }
        ref string? second = ref _names[place ^ 1];
        if (second is { } other && text.SequenceEqual(other))
        {
            return other;
        }
        string made = new(text);
        second = first;
        first = made;
        return made;
    }
}
