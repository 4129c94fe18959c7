using System.Text;
using Agent.Sdk;

namespace Agent.Runtime.StandardLibrary.Formatting;

/// <summary>The verbs for floats: <c>%v %e %E %f %F %g %G</c>.</summary>
internal static class FloatFormat
{
    private const int DefaultPrecision = 6;

    /// <summary>False where the verb is not for floats.</summary>
    public static bool TryAppend(PaddedText output, FormatSpec spec, double value, Rune verb)
    {
        (char format, int precision) = verb.Value switch
        {
            'v' or 'g' => ('g', -1),
            'G' => ('G', -1),
            'f' or 'F' => ('f', DefaultPrecision),
            'e' => ('e', DefaultPrecision),
            'E' => ('E', DefaultPrecision),
            _ => ('\0', 0),
        };
        if (format == '\0')
        {
            return false;
        }
        string text = GoFloat.Format(value, format, spec.Precision ?? precision);
        bool signed = text[0] is '-' or '+';
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            // Zeros before a word that is no number would mislead.
            string sign = double.IsNegative(value) && !double.IsNaN(value) ? "-" : spec.Plus ? "+" : spec.Space ? " " : double.IsNaN(value) ? "" : "+";
            output.Pad(sign + text.TrimStart('+', '-'), zero: false);
            return true;
        }
        if (!signed && (spec.Plus || spec.Space))
        {
            text = (spec.Plus ? "+" : " ") + text;
            signed = true;
        }
        if (signed && spec is { Zero: true, Minus: false, Width: { } width } && width > text.Length)
        {
            output.PadAfterSign(text);
        }
        else
        {
            output.Pad(text);
        }
        return true;
    }
}
