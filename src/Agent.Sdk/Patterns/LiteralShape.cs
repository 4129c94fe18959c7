namespace Agent.Sdk.Patterns;

/// <summary>Recognises patterns that only compare with fixed texts, so that matching them needs no search through a program.</summary>
internal static class LiteralShape
{
    private const int MaxLiterals = 4096;
    private const int MaxSearched = 8;
    private const int MaxEnds = 16;

    /// <summary>The texts the whole of which must be equal, when the pattern says just that; else null.</summary>
    public static IReadOnlyList<byte[]>? WholeTexts(RegexNode root)
    {
        List<RegexNode> items = Flatten(root);
        return StripStart(items) && StripEnd(items) ? Expand(items) : null;
    }

    /// <summary>A test equal to searching the pattern, or null where it needs a program.</summary>
    public static LiteralTest? Test(RegexNode root)
    {
        List<RegexNode> items = Flatten(root);
        bool start = StripStart(items);
        bool end = StripEnd(items);
        // ^.* finds whatever .* finds; and what may be empty at an open end cannot decide anything.
        for (; items.Count > 0 && (start ? IsAnything(items[0]) : IsOptionalRun(items[0])); start = false)
        {
            items.RemoveAt(0);
        }
        for (; items.Count > 0 && (end ? IsAnything(items[^1]) : IsOptionalRun(items[^1])); end = false)
        {
            items.RemoveAt(items.Count - 1);
        }
        if (items is [{ Kind: RegexKind.Repeat, Min: 1, Max: RegexNode.Unbounded } run] && IsAnyRune(run.Child))
        {
            return new NotEmptyTest();
        }
        if (Expand(items) is { } texts)
        {
            return (start, end) switch
            {
                (true, true) => texts.Count == 1 ? new EqualsTest(texts[0]) : new OneOfTest(texts),
                (true, false) => texts.Count <= MaxEnds ? new StartsWithTest(texts) : null,
                (false, true) => texts.Count <= MaxEnds ? new EndsWithTest(texts) : null,
                _ => texts.Count <= MaxSearched ? new ContainsTest(texts) : null,
            };
        }
        int gap = items.FindIndex(IsAnything);
        return start && end && gap > 0 && Expand(items[..gap]) is [byte[] prefix] && Expand(items[(gap + 1)..]) is [byte[] suffix]
            ? new AroundTest(prefix, suffix)
            : null;
    }

    private static List<RegexNode> Flatten(RegexNode root)
    {
        var items = new List<RegexNode>();
        void Add(RegexNode node)
        {
            switch (node.Kind)
            {
                case RegexKind.Group:
                    Add(node.Child);
                    break;
                case RegexKind.Concat:
                    foreach (RegexNode child in node.Children)
                    {
                        Add(child);
                    }
                    break;
                case RegexKind.Empty:
                    break;
                default:
                    items.Add(node);
                    break;
            }
        }
        Add(root);
        return items;
    }

    private static bool StripStart(List<RegexNode> items) => items.RemoveAll(0, RegexKind.TextStart);

    private static bool StripEnd(List<RegexNode> items) => items.RemoveAll(^1, RegexKind.TextEnd);

    private static bool RemoveAll(this List<RegexNode> items, Index at, RegexKind kind)
    {
        bool found = false;
        while (items.Count > 0 && items[at].Kind == kind)
        {
            items.RemoveAt(at.GetOffset(items.Count));
            found = true;
        }
        return found;
    }

    private static bool IsOptionalRun(RegexNode node) => node is { Kind: RegexKind.Repeat, Min: 0 };

    private static bool IsAnything(RegexNode node) =>
        node is { Kind: RegexKind.Repeat, Min: 0, Max: RegexNode.Unbounded } && IsAnyRune(node.Child);

    private static bool IsAnyRune(RegexNode node) =>
        node.Kind == RegexKind.Group ? IsAnyRune(node.Child) : node.Set is { } set && set.Ranges is [(0, RuneSet.MaxRune)];

    private static List<byte[]>? Expand(IReadOnlyList<RegexNode> items)
    {
        List<byte[]> texts = [[]];
        foreach (RegexNode item in items)
        {
            if (Alternatives(item) is not { } tails || (long)texts.Count * tails.Count > MaxLiterals)
            {
                return null;
            }
            texts = tails.Count == 1 && texts.Count == 1
                ? [[.. texts[0], .. tails[0]]]
                : [.. texts.SelectMany(_ => tails, static (head, tail) => (byte[])[.. head, .. tail])];
        }
        return texts;
    }

    private static List<byte[]>? Alternatives(RegexNode node)
    {
        switch (node.Kind)
        {
            case RegexKind.Empty:
                return [[]];
            case RegexKind.Rune:
                return IsText(node.Rune) ? [Utf8Text.Encode(node.Rune)] : null;
            case RegexKind.Set:
                return SmallSet(node.Set!);
            case RegexKind.Group:
                return Alternatives(node.Child);
            case RegexKind.Concat:
                return Expand(node.Children);
            case RegexKind.Repeat:
                return node is { Min: 0, Max: 1 } && Alternatives(node.Child) is { } optional ? [.. optional, []] : null;
            case RegexKind.Alternate:
                var all = new List<byte[]>();
                foreach (RegexNode branch in node.Children)
                {
                    if (Alternatives(branch) is not { } texts || all.Count + texts.Count > MaxLiterals)
                    {
                        return null;
                    }
                    all.AddRange(texts);
                }
                return all;
            default:
                return null;
        }
    }

    private static List<byte[]>? SmallSet(RuneSet set)
    {
        var texts = new List<byte[]>();
        foreach ((int low, int high) in set.Ranges)
        {
            for (int rune = low; rune <= high; rune++)
            {
                if (texts.Count == MaxEnds || !IsText(rune))
                {
                    return null;
                }
                texts.Add(Utf8Text.Encode(rune));
            }
        }
        return texts;
    }

    // U+FFFD also stands for any invalid byte.
    private static bool IsText(int rune) => rune is (< 0xD800 or > 0xDFFF) and not Utf8Text.Replacement;
}
