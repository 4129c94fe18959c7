using System.Globalization;
using System.Text;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>Texts in quotes as strconv.Quote writes them.</summary>
internal static class GoQuoting
{
    public static string Quote(string text, bool ascii = false)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (int at = 0; at < text.Length;)
        {
            Rune rune = GoText.RuneAt(text, at, out int width);
            if (width == 1 && text[at] >= 0x80)
            {
                quoted.Append("\\x").Append(((int)text[at]).ToString("x2", CultureInfo.InvariantCulture));
            }
            else
            {
                Append(quoted, rune, '"', ascii);
            }
            at += width;
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>A character constant such as 'x'.</summary>
    public static string QuoteRune(long value, bool ascii)
    {
        var quoted = new StringBuilder().Append('\'');
        Append(quoted, value is >= 0 and <= 0x10FFFF && Rune.TryCreate((int)value, out Rune rune) ? rune : Rune.ReplacementChar, '\'', ascii);
        return quoted.Append('\'').ToString();
    }

    private static void Append(StringBuilder quoted, Rune rune, char quote, bool ascii)
    {
        int simple = "\a\b\f\n\r\t\v".IndexOf((char)rune.Value);
        if (rune.Value == quote || rune.Value == '\\')
        {
            quoted.Append('\\').Append((char)rune.Value);
        }
        else if (GoText.IsPrintable(rune) && (rune.IsAscii || !ascii))
        {
            GoText.AppendRune(quoted, rune);
        }
        else if (rune.IsAscii && simple >= 0)
        {
            quoted.Append('\\').Append("abfnrtv"[simple]);
        }
        else
        {
            quoted.Append(rune.Value switch
            {
                < ' ' or 0x7f => "\\x" + rune.Value.ToString("x2", CultureInfo.InvariantCulture),
                <= 0xFFFF => "\\u" + rune.Value.ToString("x4", CultureInfo.InvariantCulture),
                _ => "\\U" + rune.Value.ToString("x8", CultureInfo.InvariantCulture),
            });
        }
    }
}
