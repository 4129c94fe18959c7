namespace Agent.Sdk.Patterns;

internal enum RegexOp : byte
{
    /// <summary>Takes the bytes of <see cref="RegexInstruction.Bytes"/>.</summary>
    Bytes,

    /// <summary>Takes one code point of <see cref="RegexInstruction.Set"/>.</summary>
    Set,

    /// <summary>Takes a run of a set whole: giving part of it back could never help.</summary>
    RunAtomic,
    RunGreedy,
    RunLazy,

    /// <summary>Tries <see cref="RegexInstruction.Next"/>, then <see cref="RegexInstruction.Other"/>.</summary>
    Split,

    /// <summary>Notes the position in the group slot <see cref="RegexInstruction.Slot"/>.</summary>
    Save,
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordBoundary,
    NotWordBoundary,
    Match,
}

/// <summary>One step of a compiled pattern.</summary>
internal struct RegexInstruction
{
    public RegexOp Op;
    public int Next;
    public int Other;
    public int Slot;

    // Bounds of a run in code points; Max is -1 where there is none.
    public int Min;
    public int Max;

    // The only byte that can follow a run, or -1.
    public int Follow;
    public byte[]? Bytes;
    public RuneMatcher? Set;

    // What each way of a split can begin with: a way that cannot is not tried at all.
    public FirstBytes NextFirst;
    public FirstBytes OtherFirst;
}

/// <summary>A compiled pattern: instructions, where to start, and what a match must begin with.</summary>
internal sealed class RegexProgram(RegexInstruction[] code, int entry, FirstBytes first)
{
    public RegexInstruction[] Code { get; } = code;

    public int Entry { get; } = entry;

    public FirstBytes First { get; } = first;

    /// <summary>Whether a match can begin only at the start of the text.</summary>
    public bool Anchored { get; init; }

    /// <summary>Bytes every match begins with; may be empty.</summary>
    public byte[] Prefix { get; init; } = [];
}
