using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>A version such as <c>v1.2.3-beta.1+linux</c>; minor and patch may be missing.</summary>
internal sealed record SemanticVersion(ulong Major, ulong Minor, ulong Patch, string Prerelease, string Metadata, string Original)
    : IComparable<SemanticVersion>
{
    public const string Invalid = "invalid semantic version";

    private const int MostParts = 3;

    public static bool TryParse(string text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        string rest = text.StartsWith('v') ? text[1..] : text;
        string metadata = Cut(ref rest, '+', out bool hasMetadata);
        string prerelease = Cut(ref rest, '-', out bool hasPrerelease);
        string[] parts = rest.Split('.');
        if (parts.Length > MostParts || !Array.TrueForAll(parts, IsNumber)
            || (hasPrerelease && !Array.TrueForAll(prerelease.Split('.'), IsPrereleasePart))
            || (hasMetadata && !Array.TrueForAll(metadata.Split('.'), IsName)))
        {
            return false;
        }
        var numbers = new ulong[MostParts];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!ulong.TryParse(parts[i], NumberStyles.None, null, out numbers[i]))
            {
                return false;
            }
        }
        version = new SemanticVersion(numbers[0], numbers[1], numbers[2], prerelease, metadata, text);
        return true;
    }

    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
        {
            return 1;
        }
        int compared = Major.CompareTo(other.Major);
        compared = compared != 0 ? compared : Minor.CompareTo(other.Minor);
        compared = compared != 0 ? compared : Patch.CompareTo(other.Patch);
        if (compared != 0 || Prerelease == other.Prerelease)
        {
            return compared;
        }
        // A release comes after its prereleases.
        return Prerelease.Length == 0 ? 1 : other.Prerelease.Length == 0 ? -1 : ComparePrereleases(Prerelease, other.Prerelease);
    }

    public static int ComparePrereleases(string left, string right)
    {
        string[] ours = left.Split('.');
        string[] theirs = right.Split('.');
        for (int i = 0; i < Math.Max(ours.Length, theirs.Length); i++)
        {
            int compared = ComparePart(ours.ElementAtOrDefault(i) ?? "", theirs.ElementAtOrDefault(i) ?? "");
            if (compared != 0)
            {
                return compared;
            }
        }
        return 0;
    }

    public override string ToString() =>
        $"{Major}.{Minor}.{Patch}{(Prerelease.Length > 0 ? "-" : "")}{Prerelease}{(Metadata.Length > 0 ? "+" : "")}{Metadata}";

    // Numbers come before names, and what is missing before both.
    private static int ComparePart(string left, string right)
    {
        if (left == right || left.Length == 0 || right.Length == 0)
        {
            return left == right ? 0 : left.Length == 0 ? -1 : 1;
        }
        bool isNumber = ulong.TryParse(left, NumberStyles.None, null, out ulong ours);
        bool isOtherNumber = ulong.TryParse(right, NumberStyles.None, null, out ulong theirs);
        return (isNumber, isOtherNumber) switch
        {
            (true, true) => ours.CompareTo(theirs),
            (true, false) => -1,
            (false, true) => 1,
            _ => Math.Sign(string.CompareOrdinal(left, right)),
        };
    }

    private static string Cut(ref string rest, char at, out bool found)
    {
        int index = rest.IndexOf(at);
        found = index >= 0;
        string after = found ? rest[(index + 1)..] : "";
        rest = found ? rest[..index] : rest;
        return after;
    }

    private static bool IsNumber(string part) => part.Length > 0 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0');

    private static bool IsName(string part) => part.Length > 0 && part.All(static each => char.IsAsciiLetterOrDigit(each) || each == '-');

    private static bool IsPrereleasePart(string part) => IsName(part) && (!part.All(char.IsAsciiDigit) || IsNumber(part));
}
