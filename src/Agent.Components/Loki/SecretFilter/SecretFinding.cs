namespace Agent.Components.Loki.SecretFilter;

/// <summary>A secret in a line: bytes from <paramref name="Start"/> up to, without, <paramref name="End"/>.</summary>
internal readonly record struct SecretFinding(SecretRule Rule, int Start, int End)
{
    /// <summary>False where only the text of a secret found elsewhere in the line stands here again.</summary>
    public bool IsDirect { get; init; } = true;

    public int Length => End - Start;

    public bool Overlaps(SecretFinding other) => Start < other.End && other.Start < End;
}
