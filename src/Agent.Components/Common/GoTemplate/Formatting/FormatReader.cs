using System.Text;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>Goes through a format of Go's Sprintf. What does not fit is said in the text, as Go does: <c>%!d(string=x)</c>.</summary>
internal ref struct FormatReader(string format, ReadOnlySpan<GoValue> values)
{
    /// <summary>Greatest width and precision.</summary>
    public const int MaxNumber = 1_000_000;

    private readonly ReadOnlySpan<GoValue> _values = values;
    private int _at;
    private int _value;
    private bool _reordered;
    private bool _everReordered;
    private bool _badIndex;
    private bool _afterIndex;

    /// <summary>Writes text and the verb after it; false at the end.</summary>
    public bool Next(LimitedText output)
    {
        int mark = format.IndexOf('%', _at);
        output.Append(format.AsSpan(_at, (mark < 0 ? format.Length : mark) - _at));
        if (mark < 0)
        {
            WriteExtra(output);
            return false;
        }
        _at = mark + 1;
        _reordered = false;
        _badIndex = false;
        _afterIndex = false;
        FormatFlags flags = TakeFlags();
        TakeIndex();
        flags.Width = TakeNumber(output, "%!(BADWIDTH)", ref flags, isWidth: true);
        if (_at < format.Length && format[_at] == '.')
        {
            _at++;
            if (_afterIndex)
            {
                _badIndex = true;
            }
            TakeIndex();
            int precision = TakeNumber(output, "%!(BADPREC)", ref flags, isWidth: false);
            flags.Precision = precision < 0 ? 0 : precision;
        }
        if (!_afterIndex)
        {
            TakeIndex();
        }
        if (_at >= format.Length)
        {
            output.Append("%!(NOVERB)");
            WriteExtra(output);
            return false;
        }
        WriteVerb(output, flags);
        return true;
    }

    private FormatFlags TakeFlags()
    {
        FormatFlags flags = FormatFlags.None;
        for (; _at < format.Length; _at++)
        {
            switch (format[_at])
            {
                case '#':
                    flags.Sharp = true;
                    break;
                case '0':
                    flags.Zero = true;
                    break;
                case '+':
                    flags.Plus = true;
                    break;
                case '-':
                    flags.Minus = true;
                    break;
                case ' ':
                    flags.Space = true;
                    break;
                default:
                    return flags;
            }
        }
        return flags;
    }

    // An explicit index such as [2].
    private void TakeIndex()
    {
        _afterIndex = false;
        if (_at >= format.Length || format[_at] != '[')
        {
            return;
        }
        _reordered = true;
        _everReordered = true;
        int end = format.IndexOf(']', _at);
        bool valid = end > 0 && int.TryParse(format.AsSpan(_at + 1, end - _at - 1), out int index) && index >= 1 && index <= _values.Length;
        if (valid)
        {
            _value = int.Parse(format.AsSpan(_at + 1, end - _at - 1)) - 1;
            _afterIndex = true;
        }
        else
        {
            _badIndex = true;
        }
        _at = end > 0 ? end + 1 : _at + 1;
    }

    private int TakeNumber(LimitedText output, string bad, ref FormatFlags flags, bool isWidth)
    {
        if (_at < format.Length && format[_at] == '*')
        {
            _at++;
            _afterIndex = false;
            GoValue given = _value < _values.Length ? _values[_value++] : default;
            bool fits = given.Type is { IsSigned: true } && Math.Abs(given.AsInt) <= MaxNumber && (isWidth || given.AsInt >= 0);
            if (!fits)
            {
                output.Append(bad);
                return -1;
            }
            if (given.AsInt < 0)
            {
                flags.Minus = true;
                flags.Zero = false;
            }
            return (int)Math.Abs(given.AsInt);
        }
        int start = _at;
        int number = 0;
        for (; _at < format.Length && char.IsAsciiDigit(format[_at]); _at++)
        {
            number = Math.Min((number * 10) + format[_at] - '0', MaxNumber);
        }
        _badIndex |= _at > start && _afterIndex;
        return _at > start ? number : -1;
    }

    private void WriteVerb(LimitedText output, FormatFlags flags)
    {
        Rune verb = GoText.RuneAt(format, _at, out int width);
        string shown = format.Substring(_at, width);
        _at += width;
        if (shown == "%")
        {
            output.Append('%');
        }
        else if (_badIndex)
        {
            output.Append("%!").Append(shown).Append("(BADINDEX)");
        }
        else if (_value >= _values.Length)
        {
            output.Append("%!").Append(shown).Append("(MISSING)");
        }
        else
        {
            new ValueWriter(output).Write(_values[_value++], verb.IsAscii ? (char)verb.Value : '?', flags);
        }
    }

    private void WriteExtra(LimitedText output)
    {
        if (_everReordered || _reordered || _value >= _values.Length)
        {
            return;
        }
        output.Append("%!(EXTRA ");
        for (int i = _value; i < _values.Length; i++)
        {
            output.Append(i > _value ? ", " : "");
            if (_values[i].IsNil)
            {
                output.Append("<nil>");
            }
            else
            {
                output.Append(_values[i].Type!.Name).Append('=');
                new ValueWriter(output).Write(_values[i], 'v', FormatFlags.None);
            }
        }
        output.Append(')');
    }
}
