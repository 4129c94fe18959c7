using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.SecretFilter;

/// <summary>One kind of secret: what it looks like, and what only looks like it.</summary>
/// <remarks>Fields and their meaning are those of a rule of Gitleaks: https://github.com/gitleaks/gitleaks#configuration.</remarks>
internal sealed record SecretRule
{
    public required string Id { get; init; }

    /// <summary>Null where a file only changes other fields of a rule that it extends.</summary>
    public Pattern? Regex { get; init; }

    /// <summary>The group that holds the secret; 0: the first group that took part, or the whole match where there is none.</summary>
    public int SecretGroup { get; init; }

    /// <summary>A secret whose bytes carry fewer bits than this each, or as many, is none; 0 lets all pass.</summary>
    public double Entropy { get; init; }

    /// <summary>Of these one must be in the line, whatever its case; none: every line is searched.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    public IReadOnlyList<SecretAllowlist> Allowlists { get; init; } = [];

    /// <summary>Limits a rule to files; a log line comes from none, so a path that does not match "" switches the rule off.</summary>
    public Pattern? Path { get; init; }

    /// <summary>Found, but not reported: such a rule redacts nothing.</summary>
    public bool SkipReport { get; init; }

    public bool CanFind => Regex is not null && !SkipReport && (Path is null || Path.IsMatch(ReadOnlySpan<byte>.Empty));

    /// <summary>Gives way to a more specific rule that finds the same text.</summary>
    public bool IsGeneric => Id.StartsWith("generic", StringComparison.Ordinal);

    /// <summary>This rule with what <paramref name="changes"/> sets: lists are joined, other fields replaced.</summary>
    public SecretRule With(SecretRule changes) => this with
    {
        Regex = changes.Regex ?? Regex,
        Path = changes.Path ?? Path,
        SecretGroup = changes.SecretGroup != 0 ? changes.SecretGroup : SecretGroup,
        Entropy = changes.Entropy != 0 ? changes.Entropy : Entropy,
        Keywords = [.. Keywords, .. changes.Keywords],
        Allowlists = [.. Allowlists, .. changes.Allowlists],
        SkipReport = SkipReport || changes.SkipReport,
    };
}
