using System.Globalization;
using System.Text;

namespace Agent.Components.Common.JmesPath;

/// <summary>Splits an expression into tokens.</summary>
internal sealed class JmesLexer(string text)
{
    // The longest that fits counts. Each is written as the parser knows it; some have a second spelling.
    private static readonly (string Text, string Symbol)[] Symbols =
    [
        ("[?", "[?"), ("[]", "[]"), ("||", "||"), ("&&", "&&"), ("==", "=="), ("!=", "!="), ("<=", "<="), (">=", ">="), ("//", "//"),
        ("[", "["), ("]", "]"), ("{", "{"), ("}", "}"), ("(", "("), (")", ")"), (".", "."), (",", ","), (":", ":"), ("*", "*"), ("|", "|"),
        ("&", "&"), ("!", "!"), ("<", "<"), (">", ">"), ("@", "@"), ("$", "$"), ("=", "="), ("+", "+"), ("-", "-"), ("\u2212", "-"),
        ("/", "/"), ("\u00f7", "/"), ("\u00d7", "\u00d7"), ("%", "%"),
    ];

    private readonly List<JmesToken> _tokens = [];
    private int _at;

    public IReadOnlyList<JmesToken> Read()
    {
        while (_at < text.Length)
        {
            char c = text[_at];
            if (c is ' ' or '\t' or '\n' or '\r')
            {
                _at++;
            }
            else
            {
                _tokens.Add(ReadToken(c));
            }
        }
        _tokens.Add(new JmesToken(JmesTokenKind.End, "end"));
        return _tokens;
    }

    private JmesToken ReadToken(char c)
    {
        if (IsNameStart(c))
        {
            return new JmesToken(JmesTokenKind.Name, TakeName());
        }
        if (c == '$' && _at + 1 < text.Length && IsNameStart(text[_at + 1]))
        {
            _at++;
            return new JmesToken(JmesTokenKind.Variable, TakeName());
        }
        if (char.IsAsciiDigit(c) || (c == '-' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]) && !AfterOperand()))
        {
            return ReadNumber();
        }
        switch (c)
        {
            case '"':
                string quoted = '"' + TakeDelimited('"') + '"';
                return new JmesToken(JmesTokenKind.QuotedName, ReadJson(quoted, quoted).AsString);
            case '\'':
                string raw = TakeDelimited('\'').Replace("\\'", "'", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
                return new JmesToken(JmesTokenKind.Literal, raw, JmesValue.Of(raw));
            case '`':
                string json = TakeDelimited('`').Replace("\\`", "`", StringComparison.Ordinal).TrimStart();
                return new JmesToken(JmesTokenKind.Literal, json, ReadJson(json, json));
            default:
                return ReadSymbol();
        }
    }

    private JmesToken ReadSymbol()
    {
        foreach ((string symbol, string meaning) in Symbols)
        {
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) == 0)
            {
                _at += symbol.Length;
                return new JmesToken(JmesTokenKind.Symbol, meaning);
            }
        }
        throw new JmesException($"SyntaxError: Unknown char: '{text[_at]}'");
    }

    private JmesToken ReadNumber()
    {
        int start = _at++;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }
        string number = text[start.._at];
        return double.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value)
            ? new JmesToken(JmesTokenKind.Number, number, JmesValue.Of(value))
            : throw new JmesException($"SyntaxError: Invalid number: {number}");
    }

    // After a value a minus subtracts; elsewhere it belongs to the number.
    private bool AfterOperand() =>
        _tokens.Count > 0 && (_tokens[^1].Kind != JmesTokenKind.Symbol || _tokens[^1].Text is "]" or ")" or "}" or "@" or "$" or "[]");

    private string TakeName()
    {
        int start = _at;
        while (_at < text.Length && (IsNameStart(text[_at]) || char.IsAsciiDigit(text[_at])))
        {
            _at++;
        }
        return text[start.._at];
    }

    private string TakeDelimited(char delimiter)
    {
        int start = ++_at;
        while (_at < text.Length && text[_at] != delimiter)
        {
            _at += text[_at] == '\\' && _at + 1 < text.Length ? 2 : 1;
        }
        if (_at >= text.Length)
        {
            throw new JmesException($"SyntaxError: Unclosed delimiter: {delimiter}");
        }
        return text[start.._at++];
    }

    private static JmesValue ReadJson(string json, string shown) =>
        JmesJson.TryRead(Encoding.UTF8.GetBytes(json), out JmesValue value, out string? error)
            ? value
            : throw new JmesException($"SyntaxError: Invalid JSON: {shown}: {error}");

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';
}
