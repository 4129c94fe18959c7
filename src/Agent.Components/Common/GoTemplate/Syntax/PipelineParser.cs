using System.Runtime.CompilerServices;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Functions;

namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>Reads what stands inside an action: declarations, commands, operands.</summary>
internal sealed class PipelineParser(TokenReader tokens, TemplateFunctions functions)
{
    /// <summary>The variables that can be named here; an <c>end</c> removes those of its block.</summary>
    public List<string> Variables { get; } = ["$"];

    public PipeNode Pipeline(string context, TokenKind end)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw tokens.Error("template is nested too deeply");
        }
        int at = tokens.PeekNonSpace().At;
        List<string> declared = Declarations(context, out bool isAssign);
        var commands = new List<CommandNode>();
        while (true)
        {
            TemplateToken token = tokens.PeekNonSpace();
            if (token.Kind == end)
            {
                tokens.Next();
                break;
            }
            if (token.Kind is not (TokenKind.Bool or TokenKind.Character or TokenKind.Dot or TokenKind.Field or TokenKind.Identifier or TokenKind.Number
                or TokenKind.Nil or TokenKind.RawString or TokenKind.String or TokenKind.Variable or TokenKind.LeftParen))
            {
                tokens.Next();
                throw tokens.Unexpected(token, context);
            }
            commands.Add(Command());
        }
        Check(commands, context);
        return new PipeNode(at, declared, isAssign, commands);
    }

    private void Check(List<CommandNode> commands, string context)
    {
        if (commands.Count == 0)
        {
            throw tokens.Error($"missing value for {context}");
        }
        int stage = commands.FindIndex(1, static command => command.Words[0] is BoolNode or DotNode or NilNode or NumberNode or StringNode);
        if (stage > 0)
        {
            throw tokens.Error($"non executable command in pipeline stage {stage + 1}");
        }
    }

    private List<string> Declarations(string context, out bool isAssign)
    {
        isAssign = false;
        var declared = new List<string>();
        while (tokens.PeekNonSpace() is { Kind: TokenKind.Variable } variable)
        {
            int mark = tokens.Mark();
            tokens.Next();
            TemplateToken next = tokens.PeekNonSpace();
            if (next.Kind is TokenKind.Assign or TokenKind.Declare)
            {
                tokens.Next();
                isAssign = next.Kind == TokenKind.Assign;
                Declare(variable, declared);
                break;
            }
            if (next is not { Kind: TokenKind.Char, Text: "," })
            {
                tokens.Return(mark);
                break;
            }
            tokens.Next();
            Declare(variable, declared);
            if (context != "range" || declared.Count >= 2)
            {
                throw tokens.Error($"too many declarations in {context}");
            }
            if (tokens.PeekNonSpace().Kind is not (TokenKind.Variable or TokenKind.RightDelimiter or TokenKind.RightParen))
            {
                throw tokens.Error("range can only initialize variables");
            }
        }
        return declared;
    }

    private void Declare(TemplateToken variable, List<string> declared)
    {
        declared.Add(variable.Text);
        Variables.Add(variable.Text);
    }

    private CommandNode Command()
    {
        int at = tokens.PeekNonSpace().At;
        var words = new List<TemplateNode>();
        while (true)
        {
            tokens.PeekNonSpace();
            if (Operand() is { } operand)
            {
                words.Add(operand);
            }
            TemplateToken token = tokens.Peek();
            if (token.Kind is TokenKind.RightDelimiter or TokenKind.RightParen)
            {
                break;
            }
            tokens.Next();
            if (token.Kind == TokenKind.Pipe)
            {
                break;
            }
            if (token.Kind != TokenKind.Space)
            {
                throw tokens.Unexpected(token, "operand");
            }
        }
        return words.Count > 0 ? new CommandNode(at, words) : throw tokens.Error("empty command");
    }

    private TemplateNode? Operand()
    {
        TemplateNode? term = Term();
        if (term is null || tokens.Peek().Kind != TokenKind.Field)
        {
            return term;
        }
        int at = tokens.Peek().At;
        var fields = new List<string>();
        while (tokens.Peek().Kind == TokenKind.Field)
        {
            fields.Add(tokens.Next().Text[1..]);
        }
        return term switch
        {
            FieldNode field => new FieldNode(at, [.. field.Names, .. fields]),
            VariableNode variable => new VariableNode(at, variable.Name, fields),
            BoolNode or StringNode or NumberNode or NilNode or DotNode =>
                throw tokens.Error($"unexpected . after term {Formatting.GoQuoting.Quote(term.ToString())}"),
            _ => new ChainNode(at, term, fields),
        };
    }

    private TemplateNode? Term()
    {
        TemplateToken token = tokens.PeekNonSpace();
        int at = token.At;
        int mark = tokens.Mark();
        tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Identifier:
                return Function(token);
            case TokenKind.Dot:
                return new DotNode(at);
            case TokenKind.Nil:
                return new NilNode(at);
            case TokenKind.Variable:
                return Variables.Contains(token.Text)
                    ? new VariableNode(at, token.Text, [])
                    : throw tokens.Error($"undefined variable {Formatting.GoQuoting.Quote(token.Text)}");
            case TokenKind.Field:
                return new FieldNode(at, [token.Text[1..]]);
            case TokenKind.Bool:
                return new BoolNode(at, token.Text == "true");
            case TokenKind.Character or TokenKind.Number:
                return new NumberNode(
                    at,
                    token.Text,
                    NumberConstant.Parse(token.Text) ?? throw tokens.Error((token.Kind == TokenKind.Number ? "bad number syntax: " : "malformed character constant: ") + (token.Kind == TokenKind.Number ? Formatting.GoQuoting.Quote(token.Text) : token.Text)));
            case TokenKind.LeftParen:
                return Pipeline("parenthesized pipeline", TokenKind.RightParen);
            case TokenKind.String or TokenKind.RawString:
                return new StringNode(at, token.Text, GoUnquote.TryText(token.Text, out string text) ? text : throw tokens.Error("invalid syntax"));
            default:
                tokens.Return(mark);
                return null;
        }
    }

    private FunctionNode Function(TemplateToken name)
    {
        if (!functions.TryFind(name.Text, out GoFunction? function, out string? left))
        {
            throw tokens.Error(left ?? $"function {Formatting.GoQuoting.Quote(name.Text)} not defined");
        }
        return new FunctionNode(name.At, function);
    }
}
