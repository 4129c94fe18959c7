namespace Agent.Sdk.Patterns;

internal enum RegexKind
{
    Empty,
    Rune,
    Set,
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordBoundary,
    NotWordBoundary,
    Group,
    Repeat,
    Concat,
    Alternate,
}

/// <summary>One node of a parsed pattern. Case folding, <c>.</c> and classes are already resolved to sets of code points.</summary>
internal sealed class RegexNode(RegexKind kind, params IReadOnlyList<RegexNode> children)
{
    public const int Unbounded = -1;

    public static readonly RegexNode Nothing = new(RegexKind.Empty);

    public RegexKind Kind { get; } = kind;

    public IReadOnlyList<RegexNode> Children { get; } = children;

    public RegexNode Child => Children[0];

    /// <summary>The code point of a <see cref="RegexKind.Rune"/>.</summary>
    public int Rune { get; init; }

    public RuneSet? Set { get; init; }

    /// <summary>The number of a <see cref="RegexKind.Group"/>, from 1.</summary>
    public int Group { get; init; }

    public int Min { get; init; }

    public int Max { get; init; }

    public bool Lazy { get; init; }

    /// <summary>Levels below and including this one: recursion is bounded by refusing what is too deep.</summary>
    public int Height { get; } = 1 + MaxHeight(children);

    /// <summary>Whether it can match without taking a character.</summary>
    public bool Nullable => Kind switch
    {
        RegexKind.Rune or RegexKind.Set => false,
        RegexKind.Group => Child.Nullable,
        RegexKind.Repeat => Min == 0 || Child.Nullable,
        RegexKind.Concat => Children.All(static child => child.Nullable),
        RegexKind.Alternate => Children.Any(static child => child.Nullable),
        _ => true,
    };

    private static int MaxHeight(IReadOnlyList<RegexNode> children)
    {
        int height = 0;
        for (int i = 0; i < children.Count; i++)
        {
            height = Math.Max(height, children[i].Height);
        }
        return height;
    }
}
