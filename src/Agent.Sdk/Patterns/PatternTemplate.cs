using System.Buffers;
using System.Text;

namespace Agent.Sdk.Patterns;

/// <summary>A replacement text read once: <c>$1</c>, <c>${1}</c>, <c>$name</c>, <c>${name}</c>, and <c>$$</c> for a dollar sign.</summary>
/// <remarks>As in Go, <c>$1x</c> is the group named <c>1x</c>, an unknown group is empty, and a dollar sign that starts none is itself.</remarks>
public sealed class PatternTemplate
{
    private const int MaxNumber = 100_000_000;

    private readonly Part[] _parts;

    private PatternTemplate(string text, Part[] parts)
    {
        Text = text;
        _parts = parts;
    }

    public string Text { get; }

    /// <summary>Whether it names no group, so that every expansion is the same.</summary>
    public bool IsConstant => Array.TrueForAll(_parts, static part => part.Groups.Length == 0);

    /// <summary>Writes the template with the groups of one match put in.</summary>
    public void AppendTo(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8, ReadOnlySpan<ByteRange> groups)
    {
        foreach (Part part in _parts)
        {
            output.Write(part.Literal);
            foreach (int group in part.Groups)
            {
                // Groups of the same name: the first that took part.
                if (group < groups.Length && groups[group].Found)
                {
                    output.Write(groups[group].Of(utf8));
                    break;
                }
            }
        }
    }

    internal static PatternTemplate Parse(string text, IReadOnlyList<string?> names)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        for (int at = 0; at < text.Length;)
        {
            if (text[at] != '$')
            {
                literal.Append(text[at++]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '$')
            {
                literal.Append('$');
                at += 2;
            }
            else if (TryReadName(text, ref at, out string name))
            {
                parts.Add(new Part(Encoding.UTF8.GetBytes(literal.ToString()), Groups(name, names)));
                literal.Clear();
            }
            else
            {
                literal.Append('$');
                at++;
            }
        }
        parts.Add(new Part(Encoding.UTF8.GetBytes(literal.ToString()), []));
        return new PatternTemplate(text, [.. parts]);
    }

    private static bool TryReadName(string text, ref int at, out string name)
    {
        int start = at + 1;
        bool braced = start < text.Length && text[start] == '{';
        start += braced ? 1 : 0;
        int end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text, end) || text[end] == '_'))
        {
            end += char.IsSurrogatePair(text, end) ? 2 : 1;
        }
        name = text[start..end];
        bool valid = end > start && (!braced || (end < text.Length && text[end] == '}'));
        at = valid ? end + (braced ? 1 : 0) : at;
        return valid;
    }

    private static int[] Groups(string name, IReadOnlyList<string?> names)
    {
        bool number = !name.AsSpan().ContainsAnyExceptInRange('0', '9') && (name is "0" || name[0] != '0');
        if (number && int.TryParse(name, out int group) && group < MaxNumber)
        {
            return group < names.Count ? [group] : [];
        }
        return [.. Enumerable.Range(0, names.Count).Where(i => names[i] == name)];
    }

    private sealed record Part(byte[] Literal, int[] Groups);
}
