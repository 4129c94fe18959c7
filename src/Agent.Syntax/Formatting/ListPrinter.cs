using System.Text;

namespace Agent.Syntax;

/// <summary>Prints arrays, objects and calls: elements stay on the lines where the author put them.</summary>
internal sealed class ListPrinter(LayoutWriter output, TreePrinter tree)
{
    public void Print(ArrayExpression array)
    {
        output.At(array.OpenBracket);
        output.Text("[");
        int line = SourceLines.First(array.OpenBracket);
        for (int i = 0; i < array.Elements.Count; i++)
        {
            Expression element = array.Elements[i];
            bool ownLine = SourceLines.First(element.Span) != line;
            if (ownLine)
            {
                // The indent comes first, so that comments before the line break have it too.
                output.Add(LayoutMark.Indent);
                output.Add(LayoutMark.Section);
            }
            else if (i > 0)
            {
                output.Add(LayoutMark.Blank);
            }
            line = SourceLines.Last(element.Span);
            tree.Print(element);
            if (i + 1 < array.Elements.Count)
            {
                output.Text(",");
            }
            if (ownLine)
            {
                output.Add(LayoutMark.Unindent);
            }
        }
        if (array.Elements.Count > 0 && SourceLines.First(array.CloseBracket) != line)
        {
            output.Text(",");
            output.Add(LayoutMark.Indent);
            output.Add(LayoutMark.Section);
            output.Add(LayoutMark.Unindent);
        }
        output.At(array.CloseBracket);
        output.Text("]");
    }

    public void Print(ObjectExpression expression)
    {
        output.At(expression.OpenBrace);
        output.Text("{");
        output.Add(LayoutMark.Indent);
        int line = SourceLines.First(expression.OpenBrace);
        IReadOnlyList<ObjectField> fields = expression.Fields;
        for (int i = 0; i < fields.Count; i++)
        {
            if (SourceLines.First(fields[i].NameSpan) != line)
            {
                bool aligned = i > 0 && SourceLines.Of(fields[i - 1].Value.Span) == 1;
                output.Add(aligned ? LayoutMark.LineBreak : LayoutMark.Section);
            }
            else if (i > 0)
            {
                output.Add(LayoutMark.Blank);
            }
            line = LineAfterKey(fields[i]);
            Print(fields[i]);
            if (i + 1 < fields.Count)
            {
                output.Text(",");
            }
        }
        if (fields.Count > 0 && SourceLines.First(expression.CloseBrace) != line)
        {
            output.Text(",");
            output.Add(LayoutMark.Section);
        }
        output.Add(LayoutMark.Unindent);
        output.At(expression.CloseBrace);
        output.Text("}");
    }

    public void Print(CallExpression call)
    {
        tree.Print(call.Function);
        output.Text("(");
        int line = SourceLines.First(call.OpenParen);
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            Expression argument = call.Arguments[i];
            bool ownLine = SourceLines.First(argument.Span) != line;
            if (ownLine)
            {
                output.Add(LayoutMark.Section);
                output.Add(LayoutMark.Indent);
            }
            tree.Print(argument);
            line = SourceLines.Last(argument.Span);
            if (i + 1 < call.Arguments.Count)
            {
                output.Text(",");
                output.Add(LayoutMark.Blank);
            }
            if (ownLine)
            {
                output.Add(LayoutMark.Unindent);
            }
        }
        if (SourceLines.First(call.CloseParen) != line)
        {
            output.Text(",");
            output.Add(LayoutMark.Section);
        }
        output.Text(")");
    }

    // Alloy measures from the key, not from the end of the value: a field whose value spans lines breaks before the next.
    private static int LineAfterKey(ObjectField field) =>
        field.NameSpan.Source!.Position(field.NameSpan.Start + Encoding.UTF8.GetByteCount(field.Name) - 1).Line;

    private void Print(ObjectField field)
    {
        output.At(field.NameSpan);
        output.Text(field.Quoted ? StringLiteral.Quote(field.Name) : field.Name);
        output.Add(LayoutMark.Cell);
        output.Text("=");
        output.Add(LayoutMark.Blank);
        tree.Print(field.Value);
    }
}
