namespace Agent.Syntax;

/// <summary>Finds the end of numbers, strings and comments, and reports what is wrong inside them.</summary>
internal sealed class LiteralScanner(CharReader chars)
{
    private const uint HighestRune = 0x10FFFF;

    public TokenKind ScanNumber()
    {
        int start = chars.Offset;
        TokenKind kind = TokenKind.Number;
        SkipDigits();
        if (chars.Current == '.')
        {
            kind = TokenKind.Float;
            chars.Advance();
            SkipDigits();
        }
        if (chars.Current is 'e' or 'E')
        {
            kind = TokenKind.Float;
            chars.Advance();
            if (chars.Current is '+' or '-')
            {
                chars.Advance();
            }
            if (SkipDigits() == 0)
            {
                chars.Error(start, "exponent has no digits");
            }
        }
        return kind;
    }

    /// <summary>A string on one line with escapes; the opening quote at <paramref name="start"/> has been read.</summary>
    public TokenKind ScanString(int start, char quote)
    {
        while (true)
        {
            int character = chars.Current;
            if (character is '\n' or CharReader.EndOfFile)
            {
                chars.Error(start, "string literal not terminated");
                return TokenKind.String;
            }
            chars.Advance();
            if (character == quote)
            {
                return TokenKind.String;
            }
            if (character == '\\')
            {
                SkipEscape();
            }
        }
    }

    /// <summary>A string in backticks; the opening one at <paramref name="start"/> has been read.</summary>
    public TokenKind ScanRawString(int start)
    {
        while (chars.Current is not ('`' or CharReader.EndOfFile))
        {
            chars.Advance();
        }
        if (chars.Current == CharReader.EndOfFile)
        {
            chars.Error(start, "string literal not terminated");
            return TokenKind.String;
        }
        chars.Advance();
        return TokenKind.String;
    }

    /// <summary>A comment whose first slash at <paramref name="start"/> has been read.</summary>
    public TokenKind ScanComment(int start)
    {
        if (chars.Current == '/')
        {
            while (chars.Current is not ('\n' or CharReader.EndOfFile))
            {
                chars.Advance();
            }
            return TokenKind.Comment;
        }
        chars.Advance();
        while (chars.Current != CharReader.EndOfFile)
        {
            int character = chars.Current;
            chars.Advance();
            if (character == '*' && chars.Current == '/')
            {
                chars.Advance();
                return TokenKind.Comment;
            }
        }
        chars.Error(start, "block comment not terminated");
        return TokenKind.Comment;
    }

    private int SkipDigits()
    {
        int count = 0;
        while (chars.Current is >= '0' and <= '9')
        {
            chars.Advance();
            count++;
        }
        return count;
    }

    /// <summary>Reads the rest of an escape sequence and stops before the character that does not fit.</summary>
    private void SkipEscape()
    {
        int start = chars.Offset;
        switch (chars.Current)
        {
            case 'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v' or '\\' or '"':
                chars.Advance();
                break;
            case >= '0' and <= '7':
                SkipCodePoint(start, digits: 3, radix: 8, highest: byte.MaxValue);
                break;
            case 'x':
                chars.Advance();
                SkipCodePoint(start, digits: 2, radix: 16, highest: byte.MaxValue);
                break;
            case 'u':
                chars.Advance();
                SkipCodePoint(start, digits: 4, radix: 16, HighestRune);
                break;
            case 'U':
                chars.Advance();
                SkipCodePoint(start, digits: 8, radix: 16, HighestRune);
                break;
            default:
                chars.Error(start, chars.Current == CharReader.EndOfFile ? "escape sequence not terminated" : "unknown escape sequence");
                break;
        }
    }

    private void SkipCodePoint(int start, int digits, uint radix, uint highest)
    {
        uint value = 0;
        for (; digits > 0; digits--)
        {
            uint digit = DigitValue(chars.Current);
            if (digit >= radix)
            {
                chars.Error(start, chars.Current == CharReader.EndOfFile
                    ? "escape sequence not terminated"
                    : $"illegal character {CharReader.Describe(chars.Current)} in escape sequence");
                return;
            }
            value = (value * radix) + digit;
            chars.Advance();
        }
        if (value > highest || value is >= 0xD800 and < 0xE000)
        {
            chars.Error(start, "escape sequence is invalid Unicode code point");
        }
    }

    private static uint DigitValue(int character) => character switch
    {
        >= '0' and <= '9' => (uint)(character - '0'),
        >= 'a' and <= 'f' => (uint)(character - 'a' + 10),
        >= 'A' and <= 'F' => (uint)(character - 'A' + 10),
        _ => uint.MaxValue,
    };
}
