using System.Globalization;

namespace Agent.Sdk.Patterns;

/// <summary>What <c>\p{...}</c> names: general categories by short or long name, a few wide sets, and scripts.</summary>
internal static class UnicodeTables
{
    private const string Unassigned = "Cn";

    // Short name, long names; in the order of UnicodeCategory.
    private static readonly string[][] Categories =
    [
        ["Lu", "UppercaseLetter"], ["Ll", "LowercaseLetter"], ["Lt", "TitlecaseLetter"], ["Lm", "ModifierLetter"], ["Lo", "OtherLetter"],
        ["Mn", "NonspacingMark"], ["Mc", "SpacingMark"], ["Me", "EnclosingMark"],
        ["Nd", "DecimalNumber", "digit"], ["Nl", "LetterNumber"], ["No", "OtherNumber"],
        ["Zs", "SpaceSeparator"], ["Zl", "LineSeparator"], ["Zp", "ParagraphSeparator"],
        ["Cc", "Control", "cntrl"], ["Cf", "Format"], ["Cs", "Surrogate"], ["Co", "PrivateUse"],
        ["Pc", "ConnectorPunctuation"], ["Pd", "DashPunctuation"], ["Ps", "OpenPunctuation"], ["Pe", "ClosePunctuation"],
        ["Pi", "InitialPunctuation"], ["Pf", "FinalPunctuation"], ["Po", "OtherPunctuation"],
        ["Sm", "MathSymbol"], ["Sc", "CurrencySymbol"], ["Sk", "ModifierSymbol"], ["So", "OtherSymbol"], [Unassigned, "Unassigned"],
    ];

    private static readonly (string Long, string Prefix)[] Groups =
    [
        ("Letter", "L"), ("Mark", "M"), ("CombiningMark", "M"), ("Number", "N"), ("Separator", "Z"), ("Other", "C"),
        ("Punctuation", "P"), ("punct", "P"), ("Symbol", "S"),
    ];

    public static bool TryGet(string name, out RuneSet set)
    {
        if (SameName(name, "Any"))
        {
            set = RuneSet.Of((0, RuneSet.MaxRune));
            return true;
        }
        if (SameName(name, "ASCII"))
        {
            set = RuneSet.Of((0, 0x7F));
            return true;
        }
        if (SameName(name, "Assigned"))
        {
            set = Collect(1UL << (int)UnicodeCategory.OtherNotAssigned).Negated();
            return true;
        }
        ulong categories = CategoriesNamed(name);
        if (categories != 0)
        {
            set = Collect(categories);
            return true;
        }
        return UnicodeScripts.TryGet(name, out set);
    }

    /// <summary>Names compare without case, spaces, hyphens and underscores.</summary>
    public static bool SameName(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            left = left.TrimStart(" -_");
            right = right.TrimStart(" -_");
            if (left.IsEmpty || right.IsEmpty)
            {
                return left.IsEmpty && right.IsEmpty;
            }
            if (char.ToLowerInvariant(left[0]) != char.ToLowerInvariant(right[0]))
            {
                return false;
            }
            left = left[1..];
            right = right[1..];
        }
    }

    private static ulong CategoriesNamed(string name)
    {
        if (SameName(name, "LC") || SameName(name, "Cased_Letter"))
        {
            return (1UL << (int)UnicodeCategory.UppercaseLetter) | (1UL << (int)UnicodeCategory.LowercaseLetter)
                | (1UL << (int)UnicodeCategory.TitlecaseLetter);
        }
        foreach ((string longName, string prefix) in Groups)
        {
            name = SameName(name, longName) ? prefix : name;
        }
        ulong found = 0;
        for (int i = 0; i < Categories.Length; i++)
        {
            bool grouped = SameName(name, Categories[i][0].AsSpan(0, 1));
            foreach (string known in Categories[i])
            {
                found |= grouped || SameName(name, known) ? 1UL << i : 0;
            }
        }
        return found;
    }

    private static RuneSet Collect(ulong categories)
    {
        var set = new RuneSet();
        int start = -1;
        for (int rune = 0; rune <= RuneSet.MaxRune + 1; rune++)
        {
            bool inside = rune <= RuneSet.MaxRune && ((categories >> (int)CharUnicodeInfo.GetUnicodeCategory(rune)) & 1) != 0;
            if (inside && start < 0)
            {
                start = rune;
            }
            else if (!inside && start >= 0)
            {
                set.Add(start, rune - 1);
                start = -1;
            }
        }
        return set;
    }
}
