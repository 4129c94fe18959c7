using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Agent.Sdk.Patterns;

/// <summary>A regular expression in RE2 syntax, matched as Go matches it: leftmost first, in linear time, over UTF-8.</summary>
/// <remarks>
/// <para>Thread-safe. Matching allocates nothing once a pattern has been used, on any text; time is bounded by text × pattern, so there
/// is no timeout. Invalid UTF-8 is U+FFFD byte by byte, and offsets always count the bytes given.</para>
/// <para>Patterns that only compare with fixed texts are answered without running a program. The others run on an engine of our own rather
/// than on .NET's: its groups, classes, ends and empty loops differ from RE2's, it needs UTF-16, and it allocates per match.</para>
/// </remarks>
public sealed class Pattern : IEquatable<Pattern>
{
    private const int MaxInstructions = 100_000;
    private const int StackBytes = 512;
    private const int BytesPerChar = 3;

    private readonly RegexMatcher _matcher;
    private readonly LiteralTest? _test;
    private readonly IReadOnlyList<string>? _literals;

    // The last one that was asked for: where rules share a pattern they nearly always share that, too.
    private PatternTemplate? _template;

    private Pattern(string text, PatternOptions options, (string Text, RegexNode Node) whole, IReadOnlyList<string?> names)
    {
        Text = text;
        Options = options;
        GroupNames = names;
        _matcher = new RegexMatcher(whole.Text, whole.Node, names.Count);
        _test = LiteralShape.Test(whole.Node);
        _literals = LiteralShape.WholeTexts(whole.Node)?.Select(Encoding.UTF8.GetString).Distinct(StringComparer.Ordinal).ToArray();
    }

    /// <summary>As written, without what <see cref="PatternOptions.Anchored"/> adds.</summary>
    public string Text { get; }

    public PatternOptions Options { get; }

    /// <summary>How many groups capture, the whole match not counted.</summary>
    public int GroupCount => GroupNames.Count - 1;

    /// <summary>By number; [0] is the whole match. Null where a group has no name. A name may occur twice.</summary>
    public IReadOnlyList<string?> GroupNames { get; }

    /// <summary>Parses a pattern; the error is worded as Go words it: <c>error parsing regexp: ...</c>.</summary>
    public static bool TryParse(
        string text, PatternOptions options, [NotNullWhen(true)] out Pattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        string whole = options.HasFlag(PatternOptions.Anchored) ? $"^(?s:{text})$" : text;
        if (!RegexParser.TryParse(whole, out RegexNode? node, out IReadOnlyList<string?> names, out error))
        {
            return false;
        }
        if (RegexSize.Instructions(node) > MaxInstructions)
        {
            error = $"error parsing regexp: expression too large: `{whole}`";
            return false;
        }
        pattern = new Pattern(text, options, (whole, node), names);
        return true;
    }

    /// <summary>Parses a pattern known to be right.</summary>
    /// <exception cref="FormatException">The text is no pattern.</exception>
    public static Pattern Parse(string text, PatternOptions options = PatternOptions.None) =>
        TryParse(text, options, out Pattern? pattern, out string? error) ? pattern : throw new FormatException(error);

    public bool IsMatch(ReadOnlySpan<byte> utf8) => _test?.IsMatch(utf8) ?? _matcher.Search(utf8, 0, default);

    public bool IsMatch(ReadOnlySpan<char> text)
    {
        byte[]? rented = null;
        int most = text.Length * BytesPerChar;
        Span<byte> buffer = most <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(most);
        bool found = IsMatch(buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
        return found;
    }

    /// <summary>Finds the first match at or after <paramref name="from"/>, a byte offset.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="groups">Takes byte offsets by group number, as many as fit; <see cref="ByteRange.None"/> for a group that took no part.</param>
    /// <param name="from">Where to begin; what lies before still counts for <c>^</c> and <c>\b</c>.</param>
    public bool Match(ReadOnlySpan<byte> utf8, Span<ByteRange> groups, int from = 0) => _matcher.Search(utf8, from, groups);

    /// <summary>The same over UTF-16; offsets count chars.</summary>
    public bool Match(ReadOnlySpan<char> text, Span<ByteRange> groups)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(text.Length * BytesPerChar);
        Span<byte> utf8 = rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented));
        bool found = Match(utf8, groups);
        if (utf8.Length != text.Length)
        {
            foreach (ref ByteRange group in groups)
            {
                group = group.Found
                    ? new ByteRange(Encoding.UTF8.GetCharCount(utf8[..group.Start]), Encoding.UTF8.GetCharCount(utf8[..group.End]))
                    : group;
            }
        }
        ArrayPool<byte>.Shared.Return(rented);
        return found;
    }

    /// <summary>All matches that do not overlap, as Go's FindAll. Each step fills <paramref name="groups"/>, which must hold at least one.</summary>
    public PatternMatches EnumerateMatches(ReadOnlySpan<byte> utf8, Span<ByteRange> groups) => new(this, utf8, groups);

    /// <summary>Reads a replacement such as <c>$1-${name}</c> for this pattern.</summary>
    public PatternTemplate Template(string text)
    {
        PatternTemplate? last = Volatile.Read(ref _template);
        if (last is null || last.Text != text)
        {
            Volatile.Write(ref _template, last = PatternTemplate.Parse(text, GroupNames));
        }
        return last;
    }

    /// <summary>Writes the text with every match replaced, as Go's ReplaceAll.</summary>
    public void Replace(ReadOnlySpan<byte> utf8, PatternTemplate template, IBufferWriter<byte> output) =>
        PatternReplacement.Write(this, utf8, template, output);

    /// <summary>Replaces every match; returns the same string where there is none.</summary>
    public string Replace(string text, PatternTemplate template) => PatternReplacement.Replace(this, text, template);

    /// <summary>The template filled from the first match in the text: what relabelling's replace does. Null where nothing matches.</summary>
    public string? Expand(string text, PatternTemplate template) => PatternReplacement.Expand(this, text, template);

    /// <summary>Whether the pattern means: equal to this one text.</summary>
    public bool TryGetLiteral([NotNullWhen(true)] out string? literal)
    {
        literal = _literals is [string only] ? only : null;
        return literal is not null;
    }

    /// <summary>Whether the pattern means: equal to one of these texts.</summary>
    public bool TryGetLiterals([NotNullWhen(true)] out IReadOnlyList<string>? literals)
    {
        literals = _literals;
        return literals is not null;
    }

    public bool Equals(Pattern? other) => other is not null && Options == other.Options && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as Pattern);

    public override int GetHashCode() => HashCode.Combine(Text, Options);

    public override string ToString() => Text;
}
