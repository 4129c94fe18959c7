using System.Text;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.SecretFilter;

/// <summary>What the expressions of an allowlist are compared with.</summary>
internal enum AllowTarget
{
    Secret,
    Match,
    Line,
}

/// <summary>Describes what is no secret though a rule found it.</summary>
/// <param name="All">All kinds of conditions that are given must hold, instead of one of them.</param>
/// <param name="Target">What <paramref name="Regexes"/> are compared with.</param>
/// <param name="Regexes">One of them must match.</param>
/// <param name="Stopwords">One of them must be in the secret, whatever its case; UTF-8, small letters.</param>
internal sealed record SecretAllowlist(bool All, AllowTarget Target, IReadOnlyList<Pattern> Regexes, IReadOnlyList<byte[]> Stopwords)
{
    /// <summary>Compared with the path of a file, which for a log line is empty.</summary>
    public IReadOnlyList<Pattern> Paths { get; init; } = [];

    /// <summary>A log line belongs to no commit, so this condition never holds.</summary>
    public bool NamesCommits { get; init; }

    public bool Allows(ReadOnlySpan<byte> line, ReadOnlySpan<byte> match, ReadOnlySpan<byte> secret)
    {
        ReadOnlySpan<byte> target = Target switch { AllowTarget.Line => line, AllowTarget.Match => match, _ => secret };
        if (!All)
        {
            return Matches(Paths, default) || Matches(Regexes, target) || HoldsStopword(secret);
        }
        return !NamesCommits
            && (Paths.Count == 0 || Matches(Paths, default))
            && (Regexes.Count == 0 || Matches(Regexes, target))
            && (Stopwords.Count == 0 || HoldsStopword(secret));
    }

    private static bool Matches(IReadOnlyList<Pattern> patterns, ReadOnlySpan<byte> text)
    {
        foreach (Pattern pattern in patterns)
        {
            if (pattern.IsMatch(text))
            {
                return true;
            }
        }
        return false;
    }

    private bool HoldsStopword(ReadOnlySpan<byte> secret)
    {
        foreach (byte[] word in Stopwords)
        {
            for (int i = 0; i + word.Length <= secret.Length; i++)
            {
                if (Ascii.EqualsIgnoreCase(secret.Slice(i, word.Length), word))
                {
                    return true;
                }
            }
        }
        return false;
    }
}
