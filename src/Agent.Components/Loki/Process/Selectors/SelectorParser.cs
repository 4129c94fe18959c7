using System.Diagnostics.CodeAnalysis;
using System.Text;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Selectors;

/// <summary>Reads <c>{ matcher, matcher } filter filter</c>.</summary>
internal sealed class SelectorParser(string text)
{
    private readonly SelectorLexer _lexer = new(text);
    private readonly List<LabelMatcher> _matchers = [];
    private readonly List<LineFilter> _filters = [];
    private string? _error;

    public bool TryParse([NotNullWhen(true)] out LogSelector? selector, [NotNullWhen(false)] out string? error)
    {
        bool read = ReadMatchers() && ReadFilters();
        error = read && _lexer.Error is null ? null : _lexer.Error ?? _error ?? "invalid selector";
        selector = error is null ? new LogSelector(_matchers, _filters) : null;
        return error is null;
    }

    private bool ReadMatchers()
    {
        if (!Expect(SelectorTokenKind.OpenBrace, "{", out _))
        {
            return false;
        }
        while (ReadMatcher())
        {
            SelectorToken token = _lexer.Next();
            if (token.Kind == SelectorTokenKind.CloseBrace)
            {
                return true;
            }
            if (token.Kind != SelectorTokenKind.Comma)
            {
                return Fail(token, "} or ,");
            }
        }
        return false;
    }

    private bool ReadMatcher()
    {
        if (!Expect(SelectorTokenKind.Word, "a label name", out SelectorToken name))
        {
            return false;
        }
        SelectorToken sign = _lexer.Next();
        if (sign.Kind is not (SelectorTokenKind.Equal or SelectorTokenKind.NotEqual or SelectorTokenKind.Match or SelectorTokenKind.NotMatch))
        {
            return Fail(sign, "= or != or =~ or !~");
        }
        if (!Expect(SelectorTokenKind.Text, "text in double quotes", out SelectorToken value))
        {
            return false;
        }
        Pattern? pattern = null;
        if (sign.Kind is SelectorTokenKind.Match or SelectorTokenKind.NotMatch
            && !Pattern.TryParse(value.Text, PatternOptions.Anchored, out pattern, out _error))
        {
            return false;
        }
        bool isNegated = sign.Kind is SelectorTokenKind.NotEqual or SelectorTokenKind.NotMatch;
        _matchers.Add(new LabelMatcher(name.Text, value.Text, pattern, isNegated));
        return true;
    }

    private bool ReadFilters()
    {
        while (true)
        {
            SelectorToken sign = _lexer.Next();
            if (sign.Kind == SelectorTokenKind.End)
            {
                return true;
            }
            if (sign.Kind is not (SelectorTokenKind.Contains or SelectorTokenKind.ContainsMatch or SelectorTokenKind.NotEqual or SelectorTokenKind.NotMatch))
            {
                return Fail(sign, "!= or !~ or |~ or |=");
            }
            if (!Expect(SelectorTokenKind.Text, "text in double quotes", out SelectorToken value))
            {
                return false;
            }
            Pattern? pattern = null;
            if (sign.Kind is SelectorTokenKind.ContainsMatch or SelectorTokenKind.NotMatch
                && !Pattern.TryParse(value.Text, PatternOptions.None, out pattern, out _error))
            {
                return false;
            }
            bool isNegated = sign.Kind is SelectorTokenKind.NotEqual or SelectorTokenKind.NotMatch;
            _filters.Add(new LineFilter(Encoding.UTF8.GetBytes(value.Text), pattern, isNegated));
        }
    }

    private bool Expect(SelectorTokenKind kind, string what, out SelectorToken token)
    {
        token = _lexer.Next();
        return token.Kind == kind || Fail(token, what);
    }

    private bool Fail(SelectorToken token, string expected)
    {
        string found = token.Kind == SelectorTokenKind.End ? "the end" : $"`{token.Text}`";
        _error = $"expected {expected}, found {found} at column {token.Column}";
        return false;
    }
}
