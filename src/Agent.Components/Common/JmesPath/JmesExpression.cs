using System.Diagnostics.CodeAnalysis;

namespace Agent.Components.Common.JmesPath;

/// <summary>A JMESPath expression (community edition), parsed once and evaluated over many documents. Thread-safe.</summary>
public sealed class JmesExpression
{
    private readonly JmesNode _node;

    private JmesExpression(string text, JmesNode node)
    {
        Text = text;
        _node = node;
        FieldPath = PathOf(node);
    }

    public string Text { get; }

    /// <summary>The names of a plain path such as <c>a.b."c d"</c>, which one walk over the text can find; null for anything else.</summary>
    public IReadOnlyList<string>? FieldPath { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out JmesExpression? expression, [NotNullWhen(false)] out string? error)
    {
        try
        {
            expression = new JmesExpression(text, JmesParser.Parse(text));
            error = null;
            return true;
        }
        catch (JmesException exception)
        {
            expression = null;
            error = exception.Message;
            return false;
        }
    }

    /// <summary>Evaluates over a document; false, with a message, for an unknown function or arguments of a wrong type.</summary>
    public bool TrySearch(JmesValue document, out JmesValue result, [NotNullWhen(false)] out string? error)
    {
        try
        {
            result = _node.Evaluate(document, new JmesScope(document));
            error = null;
            return true;
        }
        catch (JmesException exception)
        {
            result = default;
            error = exception.Message;
            return false;
        }
    }

    private static List<string>? PathOf(JmesNode node)
    {
        switch (node)
        {
            case FieldNode field:
                return [field.Name];
            case ThenNode { Right: FieldNode last } then when PathOf(then.Left) is { } path:
                path.Add(last.Name);
                return path;
            default:
                return null;
        }
    }
}
