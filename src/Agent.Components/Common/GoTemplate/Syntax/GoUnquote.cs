using System.Globalization;
using System.Text;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>Reads Go's quoted texts and characters, over bytes in chars.</summary>
internal static class GoUnquote
{
    /// <summary>The text between the quotes; false where an escape is none.</summary>
    public static bool TryText(string quoted, out string text)
    {
        text = "";
        if (quoted is ['`', ..])
        {
            text = quoted[1..^1].Replace("\r", "", StringComparison.Ordinal);
            return true;
        }
        var read = new StringBuilder(quoted.Length);
        for (int at = 1; at < quoted.Length - 1;)
        {
            if (quoted[at] != '\\')
            {
                read.Append(quoted[at++]);
            }
            else if (!TryEscape(quoted, ref at, '"', out int value, out bool isByte))
            {
                return false;
            }
            else if (isByte)
            {
                read.Append((char)value);
            }
            else
            {
                GoText.AppendRune(read, new Rune(value));
            }
        }
        text = read.ToString();
        return true;
    }

    /// <summary>The number of a constant such as 'a' or '\n'.</summary>
    public static bool TryCharacter(string quoted, out int value)
    {
        value = 0;
        if (quoted.Length < 3 || quoted[1] == '\'')
        {
            return false;
        }
        int at = 1;
        if (quoted[1] == '\\')
        {
            return TryEscape(quoted, ref at, '\'', out value, out _) && at == quoted.Length - 1;
        }
        value = GoText.RuneAt(quoted, 1, out int width).Value;
        return at + width == quoted.Length - 1;
    }

    private static bool TryEscape(string text, ref int at, char quote, out int value, out bool isByte)
    {
        char kind = text[at + 1];
        at += 2;
        isByte = kind is 'x' or (>= '0' and <= '7');
        int simple = "abfnrtv\\".IndexOf(kind);
        value = simple >= 0 ? "\a\b\f\n\r\t\v\\"[simple] : quote;
        if (simple >= 0 || kind == quote)
        {
            return true;
        }
        if (kind is >= '0' and <= '7')
        {
            at--;
            return TryDigits(text, ref at, 3, 8, out value) && value <= byte.MaxValue;
        }
        int digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        return digits > 0 && TryDigits(text, ref at, digits, 16, out value) && (isByte || Rune.IsValid(value));
    }

    private static bool TryDigits(string text, ref int at, int count, int radix, out int value)
    {
        value = 0;
        for (int i = 0; i < count; i++, at++)
        {
            if (at >= text.Length || !int.TryParse(text.AsSpan(at, 1), NumberStyles.AllowHexSpecifier, null, out int digit) || digit >= radix
                || value > int.MaxValue / 16)
            {
                return false;
            }
            value = (value * radix) + digit;
        }
        return true;
    }
}
