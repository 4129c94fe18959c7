using System.Text;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Schema;
using Agent.Syntax;

namespace Agent.Web.Support;

/// <summary>A configuration file as it may be shown: literals that stand where a secret belongs are replaced, and so is every comment.</summary>
/// <remarks>
/// Comments often hold what was commented out. What is no literal stays: <c>sys.env("TOKEN")</c> says where a secret comes from, not what it
/// is; but the arguments of a call and whatever else is written in quotes inside such an attribute go. Blocks that no schema describes lose
/// all their strings. Addresses lose their password wherever they stand.
/// </remarks>
internal sealed class RedactedSource(BlockCatalog catalog)
{
    /// <summary>What is replaced keeps its line breaks, so that line numbers of diagnostics fit.</summary>
    public bool KeepsLines { get; init; }

    private readonly List<(TextSpan Span, string Text)> _edits = [];

    public byte[] Of(FileNode file)
    {
        _edits.Clear();
        foreach (Comment comment in file.CommentGroups.SelectMany(static group => group))
        {
            _edits.Add((comment.Span, comment.IsBlock ? "/* comment */" : "// comment"));
        }
        foreach (Statement statement in file.Body)
        {
            if (statement is BlockStatement block)
            {
                Visit(block.Body, catalog.TryGet(block.FullName, out ComponentDescriptor? descriptor) ? descriptor.Arguments : null);
            }
            else
            {
                Visit([statement], null);
            }
        }
        return Encoding.UTF8.GetBytes(UrlPasswords.Redact(Apply(file.Source)));
    }

    private void Visit(IReadOnlyList<Statement> body, BlockSchema? schema)
    {
        foreach (Statement statement in body)
        {
            if (statement is AttributeStatement attribute)
            {
                AttributeSchema? known = schema?.Attributes.FirstOrDefault(known => known.Name == attribute.Name.Name);
                if (known is null || HoldsSecrets(known.Type))
                {
                    Redact(attribute.Value);
                }
            }
            else if (statement is BlockStatement child)
            {
                Visit(child.Body, schema?.Blocks.FirstOrDefault(known => known.Name == child.FullName)?.Schema());
            }
        }
    }

    private static bool HoldsSecrets(SchemaType type) =>
        type.Kind == SchemaKind.Secret || (type.Element is not null && HoldsSecrets(type.Element));

    private void Redact(Expression expression)
    {
        switch (expression)
        {
            case LiteralExpression { Kind: LiteralKind.String }:
                _edits.Add((expression.Span, "\"(secret)\""));
                break;
            case ArrayExpression array:
                RedactAll(array.Elements);
                break;
            case ObjectExpression map:
                RedactAll(map.Fields.Select(static field => field.Value));
                break;
            case ParenExpression inner:
                Redact(inner.Inner);
                break;
            case BinaryExpression binary:
                RedactAll([binary.Left, binary.Right]);
                break;
            case UnaryExpression unary:
                Redact(unary.Operand);
                break;
            case IndexExpression index:
                RedactAll([index.Value, index.Index]);
                break;
            case AccessExpression access:
                Redact(access.Value);
                break;
            case CallExpression call when !IsEnvironment(call):
                RedactAll([call.Function, .. call.Arguments]);
                break;
            default:
                break;
        }
    }

    /// <summary>The names of variables are no secrets, and the first thing to ask about.</summary>
    private static bool IsEnvironment(CallExpression call) => call.Function.Span.Source?.Text(call.Function.Span) is "sys.env" or "env";

    private void RedactAll(IEnumerable<Expression> expressions)
    {
        foreach (Expression expression in expressions)
        {
            Redact(expression);
        }
    }

    private string Apply(SourceText source)
    {
        var text = new StringBuilder();
        int at = 0;
        foreach ((TextSpan span, string replacement) in _edits.OrderBy(static edit => edit.Span.Start))
        {
            text.Append(Encoding.UTF8.GetString(source.Bytes[at..span.Start])).Append(replacement);
            if (KeepsLines)
            {
                text.Append('\n', source.Bytes[span.Start..span.End].Count((byte)'\n'));
            }
            at = span.End;
        }
        return text.Append(Encoding.UTF8.GetString(source.Bytes[at..])).ToString();
    }
}
