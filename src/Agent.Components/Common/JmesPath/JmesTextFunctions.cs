using System.Globalization;
using System.Text;

namespace Agent.Components.Common.JmesPath;

/// <summary>Functions over strings. Positions and widths count code points.</summary>
internal static class JmesTextFunctions
{
    public static JmesValue Find(JmesArguments arguments, bool last)
    {
        Rune[] text = [.. arguments.Text(0).EnumerateRunes()];
        Rune[] wanted = [.. arguments.Text(1).EnumerateRunes()];
        int from = arguments.Count > 2 ? Position(arguments.Whole(2, signed: true), text.Length) : 0;
        int to = arguments.Count > 3 ? Position(arguments.Whole(3, signed: true), text.Length) : text.Length;
        if (text.Length == 0 || wanted.Length == 0 || from >= to)
        {
            return JmesValue.Null;
        }
        ReadOnlySpan<Rune> part = text.AsSpan(from, to - from);
        int found = last ? part.LastIndexOf(wanted) : part.IndexOf(wanted);
        return found < 0 ? JmesValue.Null : JmesValue.Of((double)(from + found));
    }

    public static JmesValue Pad(JmesArguments arguments, bool left)
    {
        int width = arguments.Whole(1);
        string pad = arguments.Count > 2 ? arguments.Text(2) : " ";
        if (pad.EnumerateRunes().Count() != 1)
        {
            throw arguments.Refused("the padding must be one character");
        }
        string text = arguments.Text(0);
        int missing = width - text.EnumerateRunes().Count();
        string padding = missing > 0 ? string.Concat(Enumerable.Repeat(pad, missing)) : "";
        return JmesValue.Of(left ? padding + text : text + padding);
    }

    public static JmesValue Replace(JmesArguments arguments)
    {
        string text = arguments.Text(0);
        string old = arguments.Text(1);
        string with = arguments.Text(2);
        int most = arguments.Count > 3 ? arguments.Whole(3) : int.MaxValue;
        if (old.Length == 0)
        {
            // As Go: an empty text is found before each code point and at the end.
            string[] runes = [.. text.EnumerateRunes().Select(static rune => rune.ToString()), ""];
            return JmesValue.Of(string.Concat(runes.Select((rune, i) => i < most ? with + rune : rune)));
        }
        var result = new StringBuilder();
        int at = 0;
        for (int found; most > 0 && (found = text.IndexOf(old, at, StringComparison.Ordinal)) >= 0; most--)
        {
            result.Append(text, at, found - at).Append(with);
            at = found + old.Length;
        }
        return JmesValue.Of(result.Append(text, at, text.Length - at).ToString());
    }

    public static JmesValue Split(JmesArguments arguments)
    {
        string text = arguments.Text(0);
        string separator = arguments.Text(1);
        int most = arguments.Count > 2 ? Math.Min(arguments.Whole(2), int.MaxValue - 1) + 1 : int.MaxValue;
        if (separator.Length > 0)
        {
            return JmesValue.Of([.. text.Split(separator, most).Select(JmesValue.Of)]);
        }
        string[] runes = [.. text.EnumerateRunes().Select(static rune => rune.ToString())];
        IEnumerable<string> parts = runes.Length <= most ? runes : [.. runes[..(most - 1)], string.Concat(runes[(most - 1)..])];
        return JmesValue.Of([.. parts.Select(JmesValue.Of)]);
    }

    public static JmesValue Trim(JmesArguments arguments, bool left, bool right)
    {
        string text = arguments.Text(0);
        // No characters given, or none of them: white space.
        char[]? characters = arguments.Count > 1 && arguments.Text(1).Length > 0 ? arguments.Text(1).ToCharArray() : null;
        text = left ? text.TrimStart(characters) : text;
        return JmesValue.Of(right ? text.TrimEnd(characters) : text);
    }

    public static JmesValue ToNumber(JmesArguments arguments)
    {
        if (arguments[0].Kind != JmesKind.String)
        {
            return arguments[0].Kind == JmesKind.Number ? arguments[0] : JmesValue.Null;
        }
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(arguments.Text(0), Style, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? JmesValue.Of(value)
            : JmesValue.Null;
    }

    private static int Position(int at, int length) => Math.Clamp(at < 0 ? at + length : at, 0, length);
}
