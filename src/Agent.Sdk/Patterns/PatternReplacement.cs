using System.Buffers;
using System.Text;

namespace Agent.Sdk.Patterns;

/// <summary>Replaces matches as Go does.</summary>
internal static class PatternReplacement
{
    private const int StackGroups = 32;

    public static void Write(Pattern pattern, ReadOnlySpan<byte> text, PatternTemplate template, IBufferWriter<byte> output)
    {
        Span<ByteRange> groups = pattern.GroupCount < StackGroups ? stackalloc ByteRange[StackGroups] : new ByteRange[pattern.GroupCount + 1];
        groups = groups[..(pattern.GroupCount + 1)];
        int written = 0;
        for (int at = 0; at <= text.Length && pattern.Match(text, groups, at);)
        {
            ByteRange match = groups[0];
            output.Write(text[written..match.Start]);
            // No replacement for an empty match right after another match.
            if (match.End > written || match.Start == 0)
            {
                template.AppendTo(output, text, groups);
            }
            written = match.End;
            at = Math.Max(match.End, at + (at < text.Length ? Utf8Text.Width(text, at) : 1));
        }
        output.Write(text[written..]);
    }

    public static string Replace(Pattern pattern, string text, PatternTemplate template)
    {
        if (!pattern.IsMatch(text))
        {
            return text;
        }
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var output = new ArrayBufferWriter<byte>(utf8.Length + template.Text.Length + 1);
        Write(pattern, utf8, template, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static string? Expand(Pattern pattern, string text, PatternTemplate template)
    {
        Span<ByteRange> groups = pattern.GroupCount < StackGroups ? stackalloc ByteRange[StackGroups] : new ByteRange[pattern.GroupCount + 1];
        groups = groups[..(pattern.GroupCount + 1)];
        byte[] rented = ArrayPool<byte>.Shared.Rent((text.Length * 3) + 1);
        ReadOnlySpan<byte> utf8 = rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented));
        string? expanded = null;
        if (pattern.Match(utf8, groups))
        {
            var output = new ArrayBufferWriter<byte>(utf8.Length + template.Text.Length + 1);
            template.AppendTo(output, utf8, groups);
            expanded = output.WrittenSpan.SequenceEqual(utf8) ? text : Encoding.UTF8.GetString(output.WrittenSpan);
        }
        ArrayPool<byte>.Shared.Return(rented);
        return expanded;
    }

}
