using System.Buffers;

namespace Agent.Components.Loki.SourceFile.Rotation;

/// <summary>The name a file got when it was rotated away: <c>0.log.20260102-150405</c>, <c>app.log.1</c>, <c>app.log-20260102.gz</c>.</summary>
/// <param name="Base">The name without the ending of its compression.</param>
/// <param name="Digits">The number or time in it, digits only.</param>
/// <param name="IsDated">True for a time, which grows; false for a number, which is larger the older the file is.</param>
/// <param name="IsCompressed">True where the ending says so.</param>
internal readonly record struct RotatedName(string Base, string Digits, bool IsDated, bool IsCompressed)
{
    // 20260102 is the shortest time; what has fewer digits is a number, and nobody keeps a million files.
    private const int ShortestTime = 8;
    private const int LongestNumber = 6;

    private static readonly SearchValues<char> Letters = SearchValues.Create("0123456789-_.:+TZ");
    private static readonly string[] Compressions = [".gz", ".bz2", ".Z", ".z", ".xz", ".zst"];

    /// <summary>Tells whether a name is one that the file <paramref name="live"/> gets when it is rotated away.</summary>
    public static bool TryParse(ReadOnlySpan<char> live, ReadOnlySpan<char> name, out RotatedName parsed)
    {
        parsed = default;
        ReadOnlySpan<char> plain = WithoutCompression(name);
        bool isCompressed = plain.Length < name.Length;
        if (plain.StartsWith(live, StringComparison.Ordinal) && TryDigits(plain[live.Length..], out string digits, out bool isDated))
        {
            parsed = new RotatedName(plain.ToString(), digits, isDated, isCompressed);
            return true;
        }
        // app-20260102.log: only times, since app-2.log may well be another log.
        int dot = live.LastIndexOf('.');
        if (dot <= 0 || plain.Length <= live.Length || !plain.StartsWith(live[..dot], StringComparison.Ordinal)
            || !plain.EndsWith(live[dot..], StringComparison.Ordinal)
            || !TryDigits(plain[dot..^(live.Length - dot)], out digits, out isDated) || !isDated)
        {
            return false;
        }
        parsed = new RotatedName(plain.ToString(), digits, isDated, isCompressed);
        return true;
    }

    private static ReadOnlySpan<char> WithoutCompression(ReadOnlySpan<char> name)
    {
        foreach (string ending in Compressions)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return name[..^ending.Length];
            }
        }
        return name;
    }

    private static bool TryDigits(ReadOnlySpan<char> rest, out string digits, out bool isDated)
    {
        digits = "";
        isDated = false;
        if (rest.Length < 2 || rest[0] is not ('.' or '-' or '_') || !char.IsAsciiDigit(rest[1]) || rest.ContainsAnyExcept(Letters))
        {
            return false;
        }
        Span<char> found = stackalloc char[rest.Length];
        int count = 0;
        foreach (char letter in rest)
        {
            if (char.IsAsciiDigit(letter))
            {
                found[count++] = letter;
            }
        }
        digits = found[..count].ToString();
        isDated = count >= ShortestTime;
        return isDated || (rest[0] == '.' && count == rest.Length - 1 && count <= LongestNumber);
    }
}
