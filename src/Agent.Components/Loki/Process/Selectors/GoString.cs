using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Agent.Components.Loki.Process.Selectors;

/// <summary>Text between double quotes, with Go's escapes.</summary>
internal static class GoString
{
    public static bool TryUnquote(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? value)
    {
        value = null;
        if (!text.Contains('\\'))
        {
            value = text.ToString();
            return true;
        }
        // \x and octal escapes are bytes, so the text is put together as UTF-8.
        var bytes = new List<byte>(text.Length);
        while (!text.IsEmpty)
        {
            if (text[0] != '\\')
            {
                int length = text.IndexOf('\\') is int next and >= 0 ? next : text.Length;
                bytes.AddRange(Encoding.UTF8.GetBytes(text[..length].ToString()));
                text = text[length..];
            }
            else if (!TryEscape(ref text, bytes))
            {
                return false;
            }
        }
        value = Encoding.UTF8.GetString([.. bytes]);
        return true;
    }

    private static bool TryEscape(ref ReadOnlySpan<char> text, List<byte> bytes)
    {
        if (text.Length < 2)
        {
            return false;
        }
        int simple = "abfnrtv\\\"".IndexOf(text[1], StringComparison.Ordinal);
        if (simple >= 0)
        {
            bytes.Add("\a\b\f\n\r\t\v\\\""u8[simple]);
            text = text[2..];
            return true;
        }
        (int skip, int digits, int radix) = text[1] switch
        {
            'x' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            >= '0' and <= '7' => (1, 3, 8),
            _ => (0, 0, 0),
        };
        if (digits == 0 || text.Length < skip + digits || !TryNumber(text.Slice(skip, digits), radix, out uint number))
        {
            return false;
        }
        text = text[(skip + digits)..];
        if (digits < 4)
        {
            bytes.Add((byte)number);
            return number <= byte.MaxValue;
        }
        if (!Rune.IsValid(number))
        {
            return false;
        }
        Span<byte> utf8 = stackalloc byte[4];
        bytes.AddRange(utf8[..new Rune(number).EncodeToUtf8(utf8)]);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, int radix, out uint number)
    {
        if (radix == 16)
        {
            return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        }
        number = 0;
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7')
            {
                return false;
            }
            number = (number * 8) + (uint)(digit - '0');
        }
        return true;
    }
}
