namespace Agent.Sdk.Patterns;

/// <summary>Walks over all matches in a text, as Go's FindAll: none overlap, and an empty one right after another does not count.</summary>
public ref struct PatternMatches
{
    private readonly Pattern _pattern;
    private readonly ReadOnlySpan<byte> _text;
    private readonly Span<ByteRange> _groups;
    private int _at;
    private int _previousEnd = -1;

    internal PatternMatches(Pattern pattern, ReadOnlySpan<byte> text, Span<ByteRange> groups)
    {
        _pattern = pattern;
        _text = text;
        _groups = groups;
    }

    /// <summary>The groups of the current match, by number.</summary>
    public readonly ReadOnlySpan<ByteRange> Current => _groups;

    public readonly PatternMatches GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_at <= _text.Length && _pattern.Match(_text, _groups, _at))
        {
            ByteRange match = _groups[0];
            bool accepted = true;
            if (match.End == _at)
            {
                accepted = match.Start != _previousEnd;
                _at += _at < _text.Length ? Utf8Text.Width(_text, _at) : 1;
            }
            else
            {
                _at = match.End;
            }
            _previousEnd = match.End;
            if (accepted)
            {
                return true;
            }
        }
        _at = _text.Length + 1;
        return false;
    }
}
