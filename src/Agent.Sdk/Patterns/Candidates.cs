using System.Buffers;

namespace Agent.Sdk.Patterns;

/// <summary>Finds the next place where a match can begin at all.</summary>
internal sealed class Candidates
{
    private readonly byte[] _prefix;
    private readonly SearchValues<byte>? _first;
    private readonly bool _anchored;

    public Candidates(RegexProgram program)
    {
        _anchored = program.Anchored;
        _prefix = program.Prefix;
        // A search for continuation bytes could stop inside a code point.
        if (program.First is { End: false, HasContinuationBytes: false, Count: <= 192 })
        {
            _first = SearchValues.Create(program.First.ToArray());
        }
    }

    /// <summary>The next candidate at or after <paramref name="at"/>, or -1.</summary>
    public int Next(ReadOnlySpan<byte> text, int at)
    {
        if (at > text.Length || (_anchored && at > 0))
        {
            return -1;
        }
        if (_anchored || (_first is null && _prefix.Length == 0))
        {
            return at;
        }
        int skip = _prefix.Length > 1 ? text[at..].IndexOf(_prefix) : text[at..].IndexOfAny(_first!);
        return skip < 0 ? -1 : at + skip;
    }
}
