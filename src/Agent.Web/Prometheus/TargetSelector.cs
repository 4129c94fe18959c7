using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Patterns;
using Agent.Syntax;
using Agent.Telemetry;

namespace Agent.Web.Prometheus;

/// <summary>A selector of PromQL that chooses targets by their labels: <c>{job="node",instance=~"a.*"}</c>.</summary>
/// <remarks>A label that is missing counts as empty. A metric's name in front is the label <c>__name__</c>, which no target has.</remarks>
internal sealed class TargetSelector
{
    private const string Blanks = " \t\r\n";
    private readonly string _text;
    private readonly List<Comparison> _comparisons = [];
    private int _at;

    private TargetSelector(string text) => _text = text;

    public static bool TryParse(string text, [NotNullWhen(true)] out TargetSelector? selector, [NotNullWhen(false)] out string? error)
    {
        selector = new TargetSelector(text);
        string? problem = selector.Read();
        error = problem is null ? null : $"invalid parameter \"match_target\": 1:{selector._at + 1}: parse error: {problem}";
        selector = error is null ? selector : null;
        return error is null;
    }

    public bool Matches(LabelSet labels)
    {
        foreach (Comparison comparison in _comparisons)
        {
            if (!comparison.Matches(labels[comparison.Name]))
            {
                return false;
            }
        }
        return true;
    }

    private string? Read()
    {
        string metric = Name(withColons: true);
        if (metric.Length > 0)
        {
            _comparisons.Add(new Comparison("__name__", metric, null, IsNegated: false));
        }
        bool hasBraces = Take("{");
        if (!hasBraces && metric.Length == 0)
        {
            return "a selector begins with a metric's name or {";
        }
        while (hasBraces && !Take("}"))
        {
            if (ReadComparison() is { } problem)
            {
                return problem;
            }
            if (!Take(","))
            {
                if (!Take("}"))
                {
                    return "expected , or } after a label matcher";
                }
                break;
            }
        }
        SkipBlanks();
        return _at < _text.Length ? "unexpected text after the selector" : null;
    }

    private string? ReadComparison()
    {
        string name = Name(withColons: false);
        if (name.Length == 0 && !TryText(out name!))
        {
            return "expected a label's name";
        }
        if (!TryOperator(out bool isPattern, out bool isNegated))
        {
            return "expected one of =, !=, =~ and !~ after a label's name";
        }
        if (!TryText(out string? value))
        {
            return "expected a text in quotes";
        }
        Pattern? pattern = null;
        if (isPattern && !Pattern.TryParse(value, PatternOptions.Anchored, out pattern, out string? error))
        {
            return error;
        }
        _comparisons.Add(new Comparison(name, value, pattern, isNegated));
        return null;
    }

    private bool TryOperator(out bool isPattern, out bool isNegated)
    {
        isPattern = Peek("=~") || Peek("!~");
        isNegated = Peek("!~") || Peek("!=");
        _at += isPattern || isNegated ? 2 : 0;
        return isPattern || isNegated || Take("=");
    }

    private string Name(bool withColons)
    {
        SkipBlanks();
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetter(_text[_at]) || _text[_at] == '_' || (withColons && _text[_at] == ':')
            || (_at > start && char.IsAsciiDigit(_text[_at]))))
        {
            _at++;
        }
        return _text[start.._at];
    }

    // The escapes are Go's between either kind of quote, of which the other kind needs none.
    private bool TryText([NotNullWhen(true)] out string? value)
    {
        value = null;
        SkipBlanks();
        int start = _at;
        if (_at >= _text.Length || _text[_at] is not ('"' or '\'' or '`'))
        {
            return false;
        }
        char quote = _text[_at];
        for (_at++; _at < _text.Length && _text[_at] != quote; _at++)
        {
            _at += _text[_at] == '\\' && quote != '`' ? 1 : 0;
        }
        if (_at >= _text.Length)
        {
            return false;
        }
        string literal = _text[start..++_at];
        if (quote == '\'')
        {
            literal = $"\"{literal[1..^1].Replace("\\'", "'", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        }
        return StringLiteral.TryUnquote(literal, out value);
    }

    private bool Take(string sign)
    {
        bool found = Peek(sign);
        _at += found ? sign.Length : 0;
        return found;
    }

    private bool Peek(string sign)
    {
        SkipBlanks();
        return _text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal);
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && Blanks.Contains(_text[_at], StringComparison.Ordinal))
        {
            _at++;
        }
    }

    private sealed record Comparison(string Name, string Value, Pattern? Pattern, bool IsNegated)
    {
        public bool Matches(string value) => (Pattern?.IsMatch(value) ?? value == Value) != IsNegated;
    }
}
