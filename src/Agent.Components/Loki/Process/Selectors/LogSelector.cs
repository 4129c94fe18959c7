using System.Diagnostics.CodeAnalysis;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Selectors;

/// <summary>Which lines <c>stage.match</c> is about: <c>{app="x", env!~"dev.*"} |= "error" !~ "^debug"</c>.</summary>
/// <remarks>This much of LogQL and no more: neither backticks nor parsers nor label filters, as in Alloy.</remarks>
public sealed class LogSelector
{
    private readonly LabelMatcher[] _matchers;
    private readonly LineFilter[] _filters;

    internal LogSelector(IEnumerable<LabelMatcher> matchers, IEnumerable<LineFilter> filters)
    {
        _matchers = [.. matchers];
        _filters = [.. filters];
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out LogSelector? selector, [NotNullWhen(false)] out string? error) =>
        new SelectorParser(text).TryParse(out selector, out error);

    public bool Matches(LogRecord record) => Matches(record.Labels, record.Line.Span);

    public bool Matches(LabelSet labels, ReadOnlySpan<byte> line)
    {
        foreach (LabelMatcher matcher in _matchers)
        {
            if (!matcher.Matches(labels[matcher.Name]))
            {
                return false;
            }
        }
        foreach (LineFilter filter in _filters)
        {
            if (!filter.Matches(line))
            {
                return false;
            }
        }
        return true;
    }
}
