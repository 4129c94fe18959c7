using System.Globalization;
using System.Text;
using Agent.Runtime.Evaluation;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.Formatting;

/// <summary>Formats as Go's fmt.Sprintf does, mistakes in the format included: they show in the result as <c>%!d(string=x)</c>.</summary>
internal sealed class GoFormatter(IReadOnlyList<Value> arguments)
{
    private const int LargestNumber = 1_000_000;

    private readonly StringBuilder _output = new();
    private int _argument;
    private bool _reordered;
    private bool _goodIndex;
    private string _format = "";
    private int _at;

    /// <summary>False where the result would be too long.</summary>
    public bool TryFormat(string format, out string formatted)
    {
        _format = format;
        while (_at < format.Length)
        {
            int percent = format.IndexOf('%', _at);
            percent = percent < 0 ? format.Length : percent;
            _output.Append(format, _at, percent - _at);
            _at = percent + 1;
            if (percent < format.Length)
            {
                FormatDirective();
            }
            if (_output.Length > StringBytes.LongestText)
            {
                formatted = "";
                return false;
            }
        }
        if (!_reordered && _argument < arguments.Count)
        {
            AppendExtra();
        }
        formatted = _output.ToString();
        return true;
    }

    private void FormatDirective()
    {
        _goodIndex = true;
        FormatSpec spec = ReadFlags();
        bool afterIndex = ReadIndex();
        ReadWidth(ref spec, ref afterIndex);
        ReadPrecision(ref spec, ref afterIndex);
        if (!afterIndex)
        {
            ReadIndex();
        }
        if (_at >= _format.Length)
        {
            _output.Append("%!(NOVERB)");
            return;
        }
        Rune.DecodeFromUtf16(_format.AsSpan(_at), out Rune verb, out int length);
        _at += length;
        if (verb.Value == '%')
        {
            _output.Append('%');
        }
        else if (!_goodIndex)
        {
            _output.Append(CultureInfo.InvariantCulture, $"%!{verb}(BADINDEX)");
        }
        else if (_argument >= arguments.Count)
        {
            _output.Append(CultureInfo.InvariantCulture, $"%!{verb}(MISSING)");
        }
        else
        {
            if (verb.Value == 'v')
            {
                (spec.GoSyntax, spec.Sharp) = (spec.Sharp, false);
                (spec.FieldNames, spec.Plus) = (spec.Plus, false);
            }
            new ValueFormat(_output, spec).Append(arguments[_argument++], verb);
        }
    }

    private FormatSpec ReadFlags()
    {
        var spec = new FormatSpec();
        for (; _at < _format.Length; _at++)
        {
            switch (_format[_at])
            {
                case '#': spec.Sharp = true; break;
                case '0': spec.Zero = true; break;
                case '+': spec.Plus = true; break;
                case '-': spec.Minus = true; break;
                case ' ': spec.Space = true; break;
                default: return spec;
            }
        }
        return spec;
    }

    private void ReadWidth(ref FormatSpec spec, ref bool afterIndex)
    {
        if (_at < _format.Length && _format[_at] == '*')
        {
            _at++;
            spec.Width = TakeNumberArgument();
            if (spec.Width is null)
            {
                _output.Append("%!(BADWIDTH)");
            }
            else if (spec.Width < 0)
            {
                spec.Width = -spec.Width;
                spec.Minus = true;
            }
            afterIndex = false;
            return;
        }
        spec.Width = ReadNumber();
        _goodIndex &= !(afterIndex && spec.Width is not null);
    }

    private void ReadPrecision(ref FormatSpec spec, ref bool afterIndex)
    {
        if (_at >= _format.Length || _format[_at] != '.')
        {
            return;
        }
        _at++;
        _goodIndex &= !afterIndex;
        afterIndex = ReadIndex();
        if (_at < _format.Length && _format[_at] == '*')
        {
            _at++;
            spec.Precision = TakeNumberArgument();
            spec.Precision = spec.Precision < 0 ? null : spec.Precision;
            if (spec.Precision is null)
            {
                _output.Append("%!(BADPREC)");
            }
            afterIndex = false;
            return;
        }
        spec.Precision = ReadNumber() ?? 0;
    }

    private int? ReadNumber()
    {
        int start = _at;
        int number = 0;
        while (_at < _format.Length && char.IsAsciiDigit(_format[_at]))
        {
            number = (number * 10) + (_format[_at] - '0');
            if (number > LargestNumber)
            {
                _at = _format.Length;
                return null;
            }
            _at++;
        }
        return _at > start ? number : null;
    }

    private int? TakeNumberArgument()
    {
        if (_argument >= arguments.Count)
        {
            return null;
        }
        return arguments[_argument++] is NumberValue { NumberKind: not NumberKind.Float, AsInt64: >= -LargestNumber and <= LargestNumber } number
            ? (int)number.AsInt64
            : null;
    }

    /// <summary>Reads <c>[n]</c>, the 1-based number of the next argument.</summary>
    private bool ReadIndex()
    {
        if (_at >= _format.Length || _format[_at] != '[')
        {
            return false;
        }
        _reordered = true;
        int close = _format.IndexOf(']', _at);
        if (close < 0)
        {
            _goodIndex = false;
            _at++;
            return false;
        }
        bool valid = int.TryParse(_format.AsSpan(_at + 1, close - _at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= 1 && number <= arguments.Count;
        _at = close + 1;
        if (valid)
        {
            _argument = number - 1;
        }
        else
        {
            _goodIndex = false;
        }
        return valid;
    }

    private void AppendExtra()
    {
        _output.Append("%!(EXTRA ");
        for (int i = _argument; i < arguments.Count; i++)
        {
            _output.Append(i > _argument ? ", " : "");
            if (arguments[i] is NullValue)
            {
                _output.Append("<nil>");
                continue;
            }
            _output.Append(ValueFormat.TypeName(arguments[i])).Append('=');
            new ValueFormat(_output, default).Append(arguments[i], new Rune('v'));
        }
        _output.Append(')');
    }
}
