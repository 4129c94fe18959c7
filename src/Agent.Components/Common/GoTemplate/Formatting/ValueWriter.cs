using System.Globalization;
using System.Numerics;
using System.Text;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Sdk;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>Writes one value under one verb, as Go's fmt does.</summary>
internal sealed class ValueWriter(LimitedText output)
{
    // Deeper values, such as a map that contains itself, are cut.
    private const int MaxDepth = 100;

    public void Write(GoValue value, char verb, FormatFlags flags) => Write(value, verb, flags, 0);

    private void Write(GoValue value, char verb, FormatFlags flags, int depth)
    {
        if (!output.IsOpen || depth > MaxDepth)
        {
            return;
        }
        if (verb == 'T')
        {
            WriteText(value.IsNil ? "<nil>" : value.Type!.Name, 's', flags);
            return;
        }
        if (value.IsNil)
        {
            if (verb == 'v')
            {
                Pad(depth > 0 && flags.Sharp ? "interface {}(nil)" : "<nil>", flags);
            }
            else
            {
                BadVerb(value, verb);
            }
            return;
        }
        if (verb is 'v' or 's' or 'x' or 'X' or 'q' && GoStringer.TryText(value, out string text))
        {
            WriteText(text, verb, flags with { Sharp = verb != 'v' && flags.Sharp });
            return;
        }
        switch (value.Kind)
        {
            case GoKind.Slice:
                WriteList(value, verb, flags, depth);
                break;
            case GoKind.Map:
                WriteMap(value, verb, flags, depth);
                break;
            default:
                WriteSimple(value, verb, flags);
                break;
        }
    }

    private void WriteSimple(GoValue value, char verb, FormatFlags flags)
    {
        bool written = value.Kind switch
        {
            GoKind.Bool when verb is 't' or 'v' => Pad(value.AsBool ? "true" : "false", flags),
            GoKind.String when verb is 'v' or 's' or 'x' or 'X' or 'q' => WriteText(value.AsText, verb, flags),
            GoKind.Float64 => WriteFloat(value.AsFloat, verb, flags),
            GoKind.Complex128 => WriteComplex(value.AsComplex, verb, flags),
            GoKind.Bool or GoKind.String or GoKind.Struct or GoKind.Ptr => false,
            _ => new IntegerWriter(text => Pad(text, flags with { Zero = false }), flags).Write(value, verb),
        };
        if (!written)
        {
            BadVerb(value, verb);
        }
    }

    private void BadVerb(GoValue value, char verb)
    {
        output.Append("%!").Append(verb).Append('(');
        if (value.IsNil)
        {
            output.Append("<nil>");
        }
        else
        {
            output.Append(value.Type!.Name).Append('=');
            if (value.Kind is not (GoKind.Struct or GoKind.Ptr) || GoStringer.TryText(value, out _))
            {
                Write(value, 'v', FormatFlags.None, 0);
            }
        }
        output.Append(')');
    }

    private void WriteList(GoValue value, char verb, FormatFlags flags, int depth)
    {
        bool syntax = flags.Sharp && verb == 'v';
        if (syntax && value.IsNilReference)
        {
            output.Append(value.Type!.Name).Append("(nil)");
            return;
        }
        output.Append(syntax ? value.Type!.Name + "{" : "[");
        GoValue[] list = value.AsList;
        for (int i = 0; i < list.Length && output.IsOpen; i++)
        {
            output.Append(i == 0 ? "" : syntax ? ", " : " ");
            Write(list[i], verb, flags, depth + 1);
        }
        output.Append(syntax ? '}' : ']');
    }

    private void WriteMap(GoValue value, char verb, FormatFlags flags, int depth)
    {
        bool syntax = flags.Sharp && verb == 'v';
        if (syntax && value.IsNilReference)
        {
            output.Append(value.Type!.Name).Append("(nil)");
            return;
        }
        output.Append(syntax ? value.Type!.Name + "{" : "map[");
        string separator = "";
        foreach ((string key, GoValue item) in value.AsMap.Sorted())
        {
            output.Append(separator);
            separator = syntax ? ", " : " ";
            Write(GoValue.Of(key), verb, flags, depth + 1);
            output.Append(':');
            Write(item, verb, flags, depth + 1);
        }
        output.Append(syntax ? '}' : ']');
    }

    private bool WriteText(string text, char verb, FormatFlags flags)
    {
        if (verb is 'x' or 'X')
        {
            return WriteHex(text, verb, flags);
        }
        if (flags.Precision >= 0)
        {
            int end = 0;
            for (int left = flags.Precision; left > 0 && end < text.Length; left--)
            {
                GoText.RuneAt(text, end, out int width);
                end += width;
            }
            text = text[..end];
        }
        bool quotes = verb == 'q' || (verb == 'v' && flags.Sharp);
        bool raw = verb == 'q' && flags.Sharp && text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && !text.Contains('`', StringComparison.Ordinal);
        return Pad(raw ? $"`{text}`" : quotes ? GoQuoting.Quote(text, flags.Plus && verb == 'q') : text, flags);
    }

    private bool WriteHex(string text, char verb, FormatFlags flags)
    {
        var hex = new StringBuilder();
        string prefix = flags.Sharp ? verb == 'x' ? "0x" : "0X" : "";
        for (int i = 0; i < Math.Min(text.Length, flags.Precision < 0 ? int.MaxValue : flags.Precision); i++)
        {
            hex.Append(i > 0 && flags.Space ? " " : "").Append(i == 0 || flags.Space ? prefix : "");
            hex.Append(((int)text[i]).ToString(verb == 'x' ? "x2" : "X2", CultureInfo.InvariantCulture));
        }
        return Pad(hex.ToString(), flags);
    }

    private bool WriteFloat(double value, char verb, FormatFlags flags)
    {
        int precision = flags.Precision >= 0 ? flags.Precision : verb is 'e' or 'E' or 'f' or 'F' ? 6 : -1;
        string? text = verb switch
        {
            'v' => GoFloat.Format(value, 'g', precision),
            'e' or 'E' or 'g' or 'G' => GoFloat.Format(value, verb, precision),
            'f' or 'F' => GoFloat.Format(value, 'f', precision),
            _ => null,
        };
        if (text is null)
        {
            return false;
        }
        bool infinite = !double.IsFinite(value);
        char sign = text[0] is '-' or '+' ? text[0] : '+';
        string digits = text[0] is '-' or '+' ? text[1..] : text;
        string shown = sign == '-' || flags.Plus ? sign.ToString() : flags.Space ? " " : infinite && text[0] == '+' ? "+" : "";
        if (flags.Zero && !flags.Minus && !infinite)
        {
            digits = digits.PadLeft(Math.Clamp(flags.Width - shown.Length, 0, FormatReader.MaxNumber), '0');
        }
        return Pad(shown + digits, flags with { Zero = false });
    }

    private bool WriteComplex(Complex value, char verb, FormatFlags flags)
    {
        if (verb is not ('v' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G'))
        {
            return false;
        }
        output.Append('(');
        WriteFloat(value.Real, verb, flags);
        WriteFloat(value.Imaginary, verb, flags with { Plus = true });
        output.Append("i)");
        return true;
    }

    private bool Pad(string text, FormatFlags flags)
    {
        int missing = flags.Width - (GoText.IsAscii(text) ? text.Length : GoText.Runes(text).Count);
        char fill = flags.Zero && !flags.Minus ? '0' : ' ';
        output.Append(fill, flags.Minus ? 0 : missing).Append(text).Append(' ', flags.Minus ? missing : 0);
        return true;
    }
}
