using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Patterns;

namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>What a version must be: <c>&gt;= 1.2, &lt; 2 || ^3.1.x || 4.0 - 4.5</c>.</summary>
internal sealed class VersionConstraints
{
    private const string VersionText = @"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?";
    private const string Operators = @"=||!=|>|<|>=|=>|<=|=<|~|~>|\^";
    private const int RangeGroups = 21;
    private const int SecondOfRange = 11;
    private const int FirstGroups = 7;

    private static readonly Pattern Range = Pattern.Parse($@"\s*({VersionText})\s+-\s+({VersionText})\s*");
    private static readonly Pattern Valid = Pattern.Parse($@"^(\s*({Operators})\s*({VersionText})\s*)((?:\s+|,\s*)({Operators})\s*({VersionText})\s*)*$");
    private static readonly Pattern One = Pattern.Parse($@"({Operators})\s*({VersionText})");
    private static readonly Pattern Whole = Pattern.Parse($@"^\s*({Operators})\s*({VersionText})\s*$");

    private readonly List<List<VersionConstraint>> _alternatives = [];

    private VersionConstraints()
    {
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out VersionConstraints? constraints, [NotNullWhen(false)] out string? error)
    {
        constraints = new VersionConstraints();
        error = null;
        Span<ByteRange> match = stackalloc ByteRange[1];
        foreach (string alternative in RewriteRanges(text).Split("||"))
        {
            byte[] utf8 = GoText.ToUtf8(alternative);
            if (!Valid.IsMatch(utf8))
            {
                constraints = null;
                error = "improper constraint: " + Formatting.GoQuoting.Quote(alternative);
                return false;
            }
            var all = new List<VersionConstraint>();
            PatternMatches matches = One.EnumerateMatches(utf8, match);
            while (matches.MoveNext())
            {
                if (Read(alternative[match[0].Start..match[0].End]) is not { } constraint)
                {
                    constraints = null;
                    error = "constraint parser error";
                    return false;
                }
                all.Add(constraint);
            }
            constraints._alternatives.Add(all);
        }
        return true;
    }

    /// <summary>Whether a version meets one alternative. Prereleases do so only where the alternative names one.</summary>
    public bool Allow(SemanticVersion version) => _alternatives.Exists(all =>
    {
        bool takesPrereleases = all.Exists(static constraint => constraint.Version.Prerelease.Length > 0);
        return (version.Prerelease.Length == 0 || takesPrereleases) && all.TrueForAll(constraint => constraint.Allows(version));
    });

    // "1.2 - 1.4" stands for two constraints.
    private static string RewriteRanges(string text)
    {
        byte[] utf8 = GoText.ToUtf8(text);
        var groups = new ByteRange[RangeGroups];
        string rewritten = text;
        PatternMatches matches = Range.EnumerateMatches(utf8, groups);
        while (matches.MoveNext())
        {
            string whole = text[groups[0].Start..groups[0].End];
            string both = $">= {text[groups[1].Start..groups[1].End]}, <= {text[groups[SecondOfRange].Start..groups[SecondOfRange].End]} ";
            int at = rewritten.IndexOf(whole, StringComparison.Ordinal);
            rewritten = at < 0 ? rewritten : rewritten[..at] + both + rewritten[(at + whole.Length)..];
        }
        return rewritten;
    }

    private static VersionConstraint? Read(string text)
    {
        var groups = new ByteRange[FirstGroups];
        if (!Whole.Match(GoText.ToUtf8(text), groups))
        {
            return null;
        }
        string Group(int number) => groups[number].Found ? text[groups[number].Start..groups[number].End] : "";
        (string major, string minor, string patch) = (Group(3), Group(4).TrimStart('.'), Group(5).TrimStart('.'));
        string version = Group(2);
        bool anyMinor = false;
        bool anyPatch = false;
        bool any = false;
        if (IsWild(major))
        {
            version = "0.0.0" + Group(6);
            any = true;
        }
        else if (IsWild(minor))
        {
            version = $"{major}.0.0{Group(6)}";
            (any, anyMinor) = (true, true);
        }
        else if (IsWild(patch))
        {
            version = $"{major}.{minor}.0{Group(6)}";
            (any, anyPatch) = (true, true);
        }
        return SemanticVersion.TryParse(version, out SemanticVersion? parsed) ? new VersionConstraint(Group(1), parsed, any, anyMinor, anyPatch) : null;
    }

    private static bool IsWild(string part) => part is "" or "x" or "X" or "*";
}
