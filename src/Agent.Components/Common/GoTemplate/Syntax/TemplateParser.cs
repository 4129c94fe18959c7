using System.Runtime.CompilerServices;
using Agent.Components.Common.GoTemplate.Functions;

namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>Reads a template and those defined in it. Messages are worded as Go words them.</summary>
internal sealed class TemplateParser
{
    private readonly TokenReader _tokens;
    private readonly Dictionary<string, ListNode> _templates;
    private readonly PipelineParser _pipelines;
    private readonly TemplateFunctions _functions;
    private int _ranges;

    private TemplateParser(TokenReader tokens, Dictionary<string, ListNode> templates, TemplateFunctions functions)
    {
        _tokens = tokens;
        _templates = templates;
        _functions = functions;
        _pipelines = new PipelineParser(tokens, functions);
    }

    /// <summary>The templates by name, the whole one under the name given; and the names of all fields.</summary>
    /// <exception cref="TemplateSyntaxException">The text is no template.</exception>
    public static (Dictionary<string, ListNode> Templates, string[] FieldNames) Parse(string name, string text, TemplateFunctions functions)
    {
        var templates = new Dictionary<string, ListNode>(StringComparer.Ordinal);
        var tokens = new TokenReader(name, text);
        var parser = new TemplateParser(tokens, templates, functions);
        parser.Add(name, parser.Root());
        return (templates, [.. tokens.FieldNames]);
    }

    private ListNode Root()
    {
        int at = _tokens.Peek().At;
        var nodes = new List<TemplateNode>();
        while (_tokens.Peek().Kind != TokenKind.End)
        {
            int mark = _tokens.Mark();
            if (_tokens.Next().Kind == TokenKind.LeftDelimiter && _tokens.NextNonSpace().Is("define"))
            {
                new TemplateParser(_tokens, _templates, _functions).Definition();
                continue;
            }
            _tokens.Return(mark);
            TemplateNode node = TextOrAction();
            nodes.Add(node is Ending ending ? throw _tokens.Error($"unexpected {ending}") : node);
        }
        return new ListNode(at, nodes);
    }

    private void Definition()
    {
        const string Context = "define clause";
        string name = TemplateName(_tokens.NextNonSpace(), Context);
        _tokens.Expect(TokenKind.RightDelimiter, Context);
        (ListNode body, Ending ending) = Items();
        if (ending.IsElse)
        {
            throw _tokens.Error($"unexpected {ending} in {Context}");
        }
        Add(name, body);
    }

    private void Add(string name, ListNode body)
    {
        if (!_templates.TryGetValue(name, out ListNode? known) || known.IsEmpty)
        {
            _templates[name] = body;
        }
        else if (!body.IsEmpty)
        {
            throw _tokens.Error($"template: multiple definition of template {Formatting.GoQuoting.Quote(name)}");
        }
    }

    private (ListNode List, Ending Ending) Items()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw _tokens.Error("template is nested too deeply");
        }
        int at = _tokens.PeekNonSpace().At;
        var nodes = new List<TemplateNode>();
        while (_tokens.PeekNonSpace().Kind != TokenKind.End)
        {
            TemplateNode node = TextOrAction();
            if (node is Ending ending)
            {
                return (new ListNode(at, nodes), ending);
            }
            nodes.Add(node);
        }
        _tokens.Next();
        throw _tokens.Error("unexpected EOF");
    }

    private TemplateNode TextOrAction()
    {
        TemplateToken token = _tokens.NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.Text:
                return new TextNode(token.At, token.Text);
            case TokenKind.LeftDelimiter:
                _tokens.StartAction();
                TemplateNode node = Action();
                _tokens.EndAction();
                return node;
            default:
                throw _tokens.Unexpected(token, "input");
        }
    }

    private TemplateNode Action()
    {
        int mark = _tokens.Mark();
        TemplateToken token = _tokens.NextNonSpace();
        switch (token.Kind == TokenKind.Keyword ? token.Text : "")
        {
            case "block":
                return Block();
            case "break" or "continue":
                return LoopEnd(token);
            case "else":
                bool chained = _tokens.PeekNonSpace() is var next && (next.Is("if") || next.Is("with"));
                return new Ending(chained ? next.At : _tokens.Expect(TokenKind.RightDelimiter, "else").At, IsElse: true);
            case "end":
                return new Ending(_tokens.Expect(TokenKind.RightDelimiter, "end").At, IsElse: false);
            case "if" or "range" or "with":
                return Control(token.Text);
            case "template":
                return TemplateCall();
        }
        _tokens.Return(mark);
        int at = _tokens.PeekNonSpace().At;
        return new ActionNode(at, _pipelines.Pipeline("command", TokenKind.RightDelimiter));
    }

    private ControlNode Control(string keyword)
    {
        int variables = _pipelines.Variables.Count;
        PipeNode pipe = _pipelines.Pipeline(keyword, TokenKind.RightDelimiter);
        _ranges += keyword == "range" ? 1 : 0;
        (ListNode body, Ending ending) = Items();
        _ranges -= keyword == "range" ? 1 : 0;
        ListNode? otherwise = null;
        if (ending.IsElse)
        {
            // {{else if x}} is an if within the else, which the same {{end}} closes.
            if (keyword is "if" or "with" && _tokens.Peek().Is(keyword))
            {
                _tokens.Next();
                otherwise = new ListNode(ending.At, [Control(keyword)]);
            }
            else
            {
                (otherwise, ending) = Items();
                if (ending.IsElse)
                {
                    throw _tokens.Error($"expected end; found {ending}");
                }
            }
        }
        _pipelines.Variables.RemoveRange(variables, _pipelines.Variables.Count - variables);
        return new ControlNode(pipe.At, keyword, pipe, body, otherwise);
    }

    private TemplateNode LoopEnd(TemplateToken keyword)
    {
        TemplateToken token = _tokens.NextNonSpace();
        if (token.Kind != TokenKind.RightDelimiter)
        {
            throw _tokens.Unexpected(token, $"{{{{{keyword.Text}}}}}");
        }
        if (_ranges == 0)
        {
            throw _tokens.Error($"{{{{{keyword.Text}}}}} outside {{{{range}}}}");
        }
        return keyword.Text == "break" ? new BreakNode(keyword.At) : new ContinueNode(keyword.At);
    }

    private TemplateCallNode Block()
    {
        const string Context = "block clause";
        TemplateToken token = _tokens.NextNonSpace();
        string name = TemplateName(token, Context);
        PipeNode pipe = _pipelines.Pipeline(Context, TokenKind.RightDelimiter);
        (ListNode body, Ending ending) = new TemplateParser(_tokens, _templates, _functions).Items();
        if (ending.IsElse)
        {
            throw _tokens.Error($"unexpected {ending} in {Context}");
        }
        Add(name, body);
        return new TemplateCallNode(token.At, name, pipe);
    }

    private TemplateCallNode TemplateCall()
    {
        const string Context = "template clause";
        TemplateToken token = _tokens.NextNonSpace();
        string name = TemplateName(token, Context);
        int mark = _tokens.Mark();
        if (_tokens.NextNonSpace().Kind == TokenKind.RightDelimiter)
        {
            return new TemplateCallNode(token.At, name, null);
        }
        _tokens.Return(mark);
        return new TemplateCallNode(token.At, name, _pipelines.Pipeline(Context, TokenKind.RightDelimiter));
    }

    private string TemplateName(TemplateToken token, string context)
    {
        if (token.Kind is not (TokenKind.String or TokenKind.RawString))
        {
            throw _tokens.Unexpected(token, context);
        }
        return GoUnquote.TryText(token.Text, out string name) ? name : throw _tokens.Error("invalid syntax");
    }

    /// <summary>An <c>end</c> or <c>else</c>; never part of a template that was read.</summary>
    private sealed record Ending(int At, bool IsElse) : TemplateNode(At)
    {
        public override string ToString() => IsElse ? "{{else}}" : "{{end}}";
    }
}
