using System.Text;

namespace Agent.Components.Common.GoTime;

/// <summary>Splits a layout into its elements, by Go's rules of what counts as one.</summary>
internal static class GoTimeScanner
{
    private static readonly (string Text, GoTimeKind Kind)[] Fixed =
    [
        ("January", GoTimeKind.LongMonth), ("Monday", GoTimeKind.LongWeekday), ("MST", GoTimeKind.ZoneName),
        ("002", GoTimeKind.ZeroYearDay), ("01", GoTimeKind.ZeroMonth), ("02", GoTimeKind.ZeroDay), ("03", GoTimeKind.ZeroHour12),
        ("04", GoTimeKind.ZeroMinute), ("05", GoTimeKind.ZeroSecond), ("06", GoTimeKind.Year),
        ("15", GoTimeKind.Hour), ("1", GoTimeKind.NumMonth), ("2006", GoTimeKind.LongYear), ("2", GoTimeKind.Day),
        ("__2", GoTimeKind.UnderYearDay), ("_2", GoTimeKind.UnderDay),
        ("3", GoTimeKind.Hour12), ("4", GoTimeKind.Minute), ("5", GoTimeKind.Second), ("PM", GoTimeKind.UpperPm), ("pm", GoTimeKind.LowerPm),
        ("-070000", GoTimeKind.Offset), ("-07:00:00", GoTimeKind.Offset), ("-0700", GoTimeKind.Offset), ("-07:00", GoTimeKind.Offset),
        ("-07", GoTimeKind.Offset), ("Z070000", GoTimeKind.Offset), ("Z07:00:00", GoTimeKind.Offset), ("Z0700", GoTimeKind.Offset),
        ("Z07:00", GoTimeKind.Offset), ("Z07", GoTimeKind.Offset),
    ];

    public static GoTimeElement[] Scan(string layout)
    {
        var elements = new List<GoTimeElement>();
        int start = 0;
        for (int at = 0; at < layout.Length;)
        {
            // The year, not a padded day, after an underscore that is then literal.
            bool literal = layout.AsSpan(at).StartsWith("_2006");
            int length = Length(layout.AsSpan(at), out GoTimeKind kind);
            if (literal || length == 0)
            {
                at++;
                continue;
            }
            elements.Add(new GoTimeElement(kind, Encoding.UTF8.GetBytes(layout[start..at]), layout.Substring(at, length)));
            at += length;
            start = at;
        }
        elements.Add(new GoTimeElement(GoTimeKind.End, Encoding.UTF8.GetBytes(layout[start..]), layout[start..]));
        return [.. elements];
    }

    private static int Length(ReadOnlySpan<char> rest, out GoTimeKind kind)
    {
        foreach ((string text, GoTimeKind each) in Fixed)
        {
            if (rest.StartsWith(text))
            {
                kind = each;
                return text.Length;
            }
        }
        // A short name that goes on in lower case is a word, not a month or a weekday.
        kind = rest.StartsWith("Jan") ? GoTimeKind.Month : GoTimeKind.Weekday;
        if ((rest.StartsWith("Jan") || rest.StartsWith("Mon")) && !(rest.Length > 3 && char.IsAsciiLetterLower(rest[3])))
        {
            return 3;
        }
        if (rest is ['.' or ',', '0' or '9', ..])
        {
            int digits = rest[1..].IndexOfAnyExcept(rest[1]);
            int length = digits < 0 ? rest.Length : digits + 1;
            kind = rest[1] == '0' ? GoTimeKind.FractionZeros : GoTimeKind.FractionNines;
            return length < rest.Length && char.IsAsciiDigit(rest[length]) ? 0 : length;
        }
        return 0;
    }
}
