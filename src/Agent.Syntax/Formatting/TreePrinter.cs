namespace Agent.Syntax;

/// <summary>Sends the tokens of statements and simple expressions to a layout.</summary>
internal sealed class TreePrinter
{
    private readonly LayoutWriter _out;
    private readonly ListPrinter _lists;

    public TreePrinter(LayoutWriter output)
    {
        _out = output;
        _lists = new ListPrinter(output, this);
    }

    public void Print(IReadOnlyList<Statement> body)
    {
        for (int i = 0; i < body.Count; i++)
        {
            // A block stands apart from what is above it; other blank lines are kept.
            if (i > 0 && (body[i] is BlockStatement || SourceLines.Between(body[i - 1].Span, body[i].Span) > 1))
            {
                _out.Add(LayoutMark.Section);
            }
            Print(body[i]);
            // Only neighbours of one line are aligned with each other.
            _out.Add(SourceLines.Of(body[i].Span) > 1 ? LayoutMark.Section : LayoutMark.LineBreak);
        }
    }

    public void Print(Expression expression)
    {
        switch (expression)
        {
            case LiteralExpression literal:
                _out.At(literal.Span);
                _out.Text(literal.Text);
                break;
            case IdentifierExpression identifier:
                _out.At(identifier.Span);
                _out.Text(identifier.Name);
                break;
            case ArrayExpression array:
                _lists.Print(array);
                break;
            case ObjectExpression fields:
                _lists.Print(fields);
                break;
            case CallExpression call:
                _lists.Print(call);
                break;
            case ParenExpression paren:
                _out.Text("(");
                Print(paren.Inner);
                _out.Text(")");
                break;
            default:
                PrintOperation(expression);
                break;
        }
    }

    private void PrintOperation(Expression expression)
    {
        switch (expression)
        {
            case AccessExpression access:
                PrintAccess(access);
                break;
            case IndexExpression index:
                Print(index.Value);
                _out.At(index.OpenBracket);
                _out.Text("[");
                Print(index.Index);
                _out.At(index.CloseBracket);
                _out.Text("]");
                break;
            case UnaryExpression unary:
                _out.At(unary.OperatorSpan);
                _out.Text(unary.Operator.Text());
                Print(unary.Operand);
                break;
            case BinaryExpression binary:
                Print(binary.Left);
                _out.Add(LayoutMark.Blank);
                _out.At(binary.OperatorSpan);
                _out.Text(binary.Operator.Text());
                _out.Add(LayoutMark.Blank);
                Print(binary.Right);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"BUG: no way to print a {expression.GetType().Name}");
        }
    }

    private void PrintAccess(AccessExpression access)
    {
        Print(access.Value);
        if (access.Value is LiteralExpression { Kind: LiteralKind.Number })
        {
            // "1.a" would read as the float "1.".
            _out.Add(LayoutMark.Blank);
        }
        _out.Text(".");
        _out.Text(access.Name.Name);
    }

    private void Print(Statement statement)
    {
        if (statement is BlockStatement block)
        {
            Print(block);
            return;
        }
        var attribute = (AttributeStatement)statement;
        _out.At(attribute.Name.Span);
        _out.Text(attribute.Name.Name);
        _out.Add(LayoutMark.Cell);
        _out.Text("=");
        _out.Add(LayoutMark.Blank);
        Print(attribute.Value);
    }

    private void Print(BlockStatement block)
    {
        _out.At(block.NameSpan);
        _out.Text(block.FullName);
        if (block.Label is not null)
        {
            _out.Add(LayoutMark.Blank);
            _out.At(block.LabelSpan);
            _out.Text(StringLiteral.Quote(block.Label));
        }
        _out.Add(LayoutMark.Blank);
        _out.At(block.OpenBrace);
        _out.Text("{");
        _out.Add(LayoutMark.Indent);
        if (block.Body.Count > 0)
        {
            _out.Add(LayoutMark.Section);
            Print(block.Body);
        }
        else
        {
            _out.Add(LayoutMark.Blank);
        }
        _out.Add(LayoutMark.Unindent);
        _out.At(block.CloseBrace);
        _out.Text("}");
    }
}
