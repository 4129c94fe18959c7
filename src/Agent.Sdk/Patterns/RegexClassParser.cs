namespace Agent.Sdk.Patterns;

/// <summary>Reads a bracketed class: <c>[^a-z\d[:alpha:]\p{Lu}]</c>. A hyphen is literal wherever it cannot be a range.</summary>
internal ref struct RegexClassParser(string text, int start, bool ignoreCase)
{
    private readonly RuneSet _set = new();
    private int _at = start + 1;

    /// <summary>Where reading goes on after the closing bracket.</summary>
    public readonly int End => _at;

    public RuneSet Parse()
    {
        bool negated = _at < text.Length && text[_at] == '^';
        _at += negated ? 1 : 0;
        bool first = true;
        while (_at >= text.Length || text[_at] != ']' || first)
        {
            first = false;
            if (!TryReadNamed() && !TryReadEscapedSet())
            {
                ReadRange();
            }
        }
        _at++;
        return negated ? _set.Negated() : _set;
    }

    private bool TryReadNamed()
    {
        if (_at + 2 >= text.Length || text[_at] != '[' || text[_at + 1] != ':')
        {
            return false;
        }
        int end = text.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }
        string name = text[(_at + 2)..end];
        bool negated = name is ['^', ..];
        RuneSet named = PosixSet(negated ? name[1..] : name)
            ?? throw new PatternSyntaxException("invalid character class range", text[_at..(end + 2)]);
        named = ignoreCase ? named.Folded() : named;
        _set.AddAll(negated ? named.Negated() : named);
        _at = end + 2;
        return true;
    }

    private bool TryReadEscapedSet()
    {
        if (RegexEscapes.TryReadUnicodeSet(text, ref _at, ignoreCase, out RuneSet set)
            || RegexEscapes.TryReadPerlSet(text, ref _at, ignoreCase, out set))
        {
            _set.AddAll(set);
            return true;
        }
        return false;
    }

    private void ReadRange()
    {
        int from = _at;
        int low = ReadRune();
        int high = low;
        if (_at + 1 < text.Length && text[_at] == '-' && text[_at + 1] != ']')
        {
            _at++;
            high = ReadRune();
            if (high < low)
            {
                throw new PatternSyntaxException("invalid character class range", text[from.._at]);
            }
        }
        if (ignoreCase)
        {
            CaseOrbits.AddFolded(_set, low, high);
        }
        else
        {
            _set.Add(low, high);
        }
    }

    private int ReadRune()
    {
        if (_at >= text.Length)
        {
            throw new PatternSyntaxException("missing closing ]", text[start..]);
        }
        return text[_at] == '\\' ? RegexEscapes.ReadRune(text, ref _at) : RegexEscapes.NextRune(text, ref _at);
    }

    private static RuneSet? PosixSet(string name) => name switch
    {
        "alnum" => RuneSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z')),
        "alpha" => RuneSet.Of(('A', 'Z'), ('a', 'z')),
        "ascii" => RuneSet.Of((0, 0x7F)),
        "blank" => RuneSet.Of(('\t', '\t'), (' ', ' ')),
        "cntrl" => RuneSet.Of((0, 0x1F), (0x7F, 0x7F)),
        "digit" => RuneSet.Of(('0', '9')),
        "graph" => RuneSet.Of(('!', '~')),
        "lower" => RuneSet.Of(('a', 'z')),
        "print" => RuneSet.Of((' ', '~')),
        "punct" => RuneSet.Of(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
        "space" => RuneSet.Of(('\t', '\r'), (' ', ' ')),
        "upper" => RuneSet.Of(('A', 'Z')),
        "word" => RuneSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')),
        "xdigit" => RuneSet.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
        _ => null,
    };
}
