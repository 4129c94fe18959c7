using System.Diagnostics.CodeAnalysis;

namespace Agent.Sdk.Patterns;

/// <summary>Parses RE2 syntax as Go reads it, and refuses what Go refuses, in Go's words.</summary>
/// <remarks>Open groups are kept on a stack of frames rather than by recursion, so deep nesting cannot overflow the stack.</remarks>
internal sealed class RegexParser
{
    private const int MaxHeight = 1000;
    private const int MaxRepeat = 1000;

    private readonly string _text;
    private readonly Stack<Frame> _open = new();
    private readonly List<string?> _names = [null];
    private Frame _frame = new(-1, RegexFlags.None);
    private RegexFlags _flags;
    private int _at;

    // Where the repetition just read began, or -1: a second one right after it is an error.
    private int _lastRepeat = -1;

    private RegexParser(string text) => _text = text;

    public static bool TryParse(
        string text, [NotNullWhen(true)] out RegexNode? node, out IReadOnlyList<string?> names, [NotNullWhen(false)] out string? error)
    {
        var parser = new RegexParser(text);
        names = parser._names;
        try
        {
            node = parser.Parse();
            error = null;
            return true;
        }
        catch (PatternSyntaxException exception)
        {
            node = null;
            error = exception.Message;
            return false;
        }
    }

    private RegexNode Parse()
    {
        while (_at < _text.Length)
        {
            int repeat = -1;
            if (_text[_at] is '*' or '+' or '?')
            {
                repeat = _at;
                ReadSimpleRepeat();
            }
            else if (_text[_at] == '{' && TryReadCounts(out int end, out int min, out int max))
            {
                repeat = _at;
                ReadCountedRepeat(end, min, max);
            }
            else
            {
                ReadOther();
            }
            _lastRepeat = repeat;
        }
        if (_open.Count > 0)
        {
            throw new PatternSyntaxException("missing closing )", _text);
        }
        return Checked(_frame.Close());
    }

    private void ReadOther()
    {
        switch (_text[_at])
        {
            case '(':
                OpenGroup();
                break;
            case ')':
                CloseGroup();
                break;
            case '|':
                _frame.EndBranch();
                _at++;
                break;
            case '^':
                Push(new RegexNode(_flags.HasFlag(RegexFlags.MultiLine) ? RegexKind.LineStart : RegexKind.TextStart), 1);
                break;
            case '$':
                Push(new RegexNode(_flags.HasFlag(RegexFlags.MultiLine) ? RegexKind.LineEnd : RegexKind.TextEnd), 1);
                break;
            case '.':
                RuneSet any = _flags.HasFlag(RegexFlags.DotMatchesNewline)
                    ? RuneSet.Of((0, RuneSet.MaxRune))
                    : RuneSet.Of((0, '\n' - 1), ('\n' + 1, RuneSet.MaxRune));
                Push(new RegexNode(RegexKind.Set) { Set = any }, 1);
                break;
            case '[':
                var brackets = new RegexClassParser(_text, _at, IgnoreCase);
                _frame.Items.Add(new RegexNode(RegexKind.Set) { Set = brackets.Parse() });
                _at = brackets.End;
                break;
            case '\\':
                ReadEscape();
                break;
            default:
                PushRune(RegexEscapes.NextRune(_text, ref _at));
                break;
        }
    }

    private bool IgnoreCase => _flags.HasFlag(RegexFlags.IgnoreCase);

    private void ReadEscape()
    {
        RegexKind? assertion = (_at + 1 < _text.Length ? _text[_at + 1] : ' ') switch
        {
            'A' => RegexKind.TextStart,
            'z' => RegexKind.TextEnd,
            'b' => RegexKind.WordBoundary,
            'B' => RegexKind.NotWordBoundary,
            _ => null,
        };
        if (assertion is { } kind)
        {
            Push(new RegexNode(kind), 2);
        }
        else if (_text.AsSpan(_at).StartsWith("\\Q"))
        {
            int end = _text.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
            int stop = end < 0 ? _text.Length : end;
            for (_at += 2; _at < stop;)
            {
                PushRune(RegexEscapes.NextRune(_text, ref _at));
            }
            _at = end < 0 ? _at : end + 2;
        }
        else if (RegexEscapes.TryReadUnicodeSet(_text, ref _at, IgnoreCase, out RuneSet set)
            || RegexEscapes.TryReadPerlSet(_text, ref _at, IgnoreCase, out set))
        {
            _frame.Items.Add(new RegexNode(RegexKind.Set) { Set = set });
        }
        else
        {
            PushRune(RegexEscapes.ReadRune(_text, ref _at));
        }
    }

    private void OpenGroup()
    {
        if (!_text.AsSpan(_at).StartsWith("(?"))
        {
            PushFrame(Capture(null), 1);
            return;
        }
        int nameStart = _text.AsSpan(_at).StartsWith("(?P<") ? _at + 4 : _text.AsSpan(_at).StartsWith("(?<") ? _at + 3 : -1;
        if (nameStart < 0 || nameStart >= _text.Length)
        {
            ReadFlags();
            return;
        }
        int end = _text.IndexOf('>', _at);
        if (end < 0)
        {
            throw new PatternSyntaxException("invalid named capture", _text[_at..]);
        }
        string name = _text[nameStart..end];
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new PatternSyntaxException("invalid named capture", _text[_at..(end + 1)]);
        }
        PushFrame(Capture(name), end + 1 - _at);
    }

    private void ReadFlags()
    {
        int start = _at;
        RegexFlags flags = _flags;
        bool clearing = false;
        bool sawFlag = false;
        for (_at += 2; _at < _text.Length;)
        {
            int rune = RegexEscapes.NextRune(_text, ref _at);
            RegexFlags flag = rune switch
            {
                'i' => RegexFlags.IgnoreCase,
                's' => RegexFlags.DotMatchesNewline,
                'm' => RegexFlags.MultiLine,
                'U' => RegexFlags.SwapLazy,
                _ => RegexFlags.None,
            };
            if (flag != RegexFlags.None)
            {
                sawFlag = true;
                flags = clearing ? flags & ~flag : flags | flag;
            }
            else if (rune == '-' && !clearing)
            {
                clearing = true;
                sawFlag = false;
            }
            else if (rune is ':' or ')' && (!clearing || sawFlag))
            {
                if (rune == ':')
                {
                    PushFrame(0, 0);
                }
                _flags = flags;
                return;
            }
            else
            {
                break;
            }
        }
        throw new PatternSyntaxException("invalid or unsupported Perl syntax", _text[start.._at]);
    }

    private void CloseGroup()
    {
        if (_open.Count == 0)
        {
            throw new PatternSyntaxException("unexpected )", _text);
        }
        RegexNode body = Checked(_frame.Close());
        int group = _frame.Group;
        _flags = _frame.Outer;
        _frame = _open.Pop();
        // A group without capture stays one item, so that a repetition takes all of it.
        Push(group > 0 ? new RegexNode(RegexKind.Group, body) { Group = group } : body, 1);
    }

    private void ReadSimpleRepeat()
    {
        (int min, int max) = _text[_at] switch { '*' => (0, RegexNode.Unbounded), '+' => (1, RegexNode.Unbounded), _ => (0, 1) };
        Repeat(_at + 1, min, max);
    }

    private void ReadCountedRepeat(int end, int min, int max)
    {
        if (min > MaxRepeat || max > MaxRepeat || (max >= 0 && min > max))
        {
            throw new PatternSyntaxException("invalid repeat count", _text[_at..end]);
        }
        int start = _at;
        Repeat(end, min, max);
        if ((min >= 2 || max >= 2) && RegexSize.RepeatProduct(_frame.Items[^1], MaxRepeat) > MaxRepeat)
        {
            throw new PatternSyntaxException("invalid repeat count", _text[start..end]);
        }
    }

    private void Repeat(int end, int min, int max)
    {
        int start = _at;
        bool lazy = _flags.HasFlag(RegexFlags.SwapLazy);
        if (end < _text.Length && _text[end] == '?')
        {
            end++;
            lazy = !lazy;
        }
        if (_lastRepeat >= 0)
        {
            throw new PatternSyntaxException("invalid nested repetition operator", _text[_lastRepeat..end]);
        }
        if (_frame.Items.Count == 0)
        {
            throw new PatternSyntaxException("missing argument to repetition operator", _text[start..end]);
        }
        _frame.Items[^1] = Checked(new RegexNode(RegexKind.Repeat, _frame.Items[^1]) { Min = min, Max = max, Lazy = lazy });
        _at = end;
    }

    // {n}, {n,}, {n,m}; anything else is a literal brace. Numbers beyond the limit are read as just beyond it.
    private bool TryReadCounts(out int end, out int min, out int max)
    {
        end = _at + 1;
        max = RegexNode.Unbounded;
        bool valid = TryReadNumber(ref end, out min);
        bool comma = valid && end < _text.Length && _text[end] == ',';
        end += comma ? 1 : 0;
        if (valid && !comma)
        {
            max = min;
        }
        else if (valid && end < _text.Length && _text[end] != '}')
        {
            valid = TryReadNumber(ref end, out max);
        }
        valid = valid && end < _text.Length && _text[end] == '}';
        end++;
        return valid;
    }

    private bool TryReadNumber(ref int at, out int value)
    {
        int start = at;
        value = 0;
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
        {
            value = Math.Min((value * 10) + _text[at++] - '0', MaxRepeat + 1);
        }
        // A leading zero makes it no number, and the brace a literal.
        return at > start && (at == start + 1 || _text[start] != '0');
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private int Capture(string? name)
    {
        _names.Add(name);
        return _names.Count - 1;
    }

    private void PushFrame(int group, int length)
    {
        _open.Push(_frame);
        _frame = new Frame(group, _flags);
        _at += length;
    }

    private void Push(RegexNode node, int length)
    {
        _frame.Items.Add(node);
        _at += length;
    }

    private void PushRune(int rune)
    {
        if (IgnoreCase && CaseOrbits.Next(rune) != rune)
        {
            var set = new RuneSet();
            CaseOrbits.AddFolded(set, rune, rune);
            _frame.Items.Add(new RegexNode(RegexKind.Set) { Set = set });
            return;
        }
        _frame.Items.Add(new RegexNode(RegexKind.Rune) { Rune = rune });
    }

    private RegexNode Checked(RegexNode node) =>
        node.Height <= MaxHeight ? node : throw new PatternSyntaxException("expression nests too deeply", _text);

    /// <summary>What was read since the group opened. <see cref="Group"/> is its number, 0 without capture, -1 outermost.</summary>
    private sealed class Frame(int group, RegexFlags outer)
    {
        private readonly List<RegexNode> _branches = [];

        public int Group { get; } = group;

        public RegexFlags Outer { get; } = outer;

        public List<RegexNode> Items { get; private set; } = [];

        public void EndBranch()
        {
            _branches.Add(Items.Count switch { 0 => RegexNode.Nothing, 1 => Items[0], _ => new RegexNode(RegexKind.Concat, Items) });
            Items = [];
        }

        public RegexNode Close()
        {
            EndBranch();
            return _branches.Count == 1 ? _branches[0] : new RegexNode(RegexKind.Alternate, _branches);
        }
    }
}
