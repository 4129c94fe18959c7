using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>A part of a parsed template. As text it is what Go's messages show of it.</summary>
/// <param name="At">Byte of the template where it stands, for messages.</param>
internal abstract record TemplateNode(int At);

internal sealed record ListNode(int At, IReadOnlyList<TemplateNode> Nodes) : TemplateNode(At)
{
    /// <summary>Whether it holds nothing but white space.</summary>
    public bool IsEmpty => Nodes.All(static node => node is TextNode { IsBlank: true });

    public override string ToString() => string.Concat(Nodes);
}

internal sealed record TextNode(int At, string Text) : TemplateNode(At)
{
    public byte[] Bytes { get; } = GoText.ToUtf8(Text);

    public bool IsBlank => GoText.TrimSpace(Text).Length == 0;

    public override string ToString() => Text;
}

internal sealed record ActionNode(int At, PipeNode Pipe) : TemplateNode(At)
{
    public override string ToString() => $"{{{{{Pipe}}}}}";
}

/// <summary>An <c>if</c>, <c>with</c> or <c>range</c>.</summary>
internal sealed record ControlNode(int At, string Keyword, PipeNode Pipe, ListNode Body, ListNode? Else) : TemplateNode(At)
{
    public override string ToString() => $"{{{{{Keyword} {Pipe}}}}}{Body}{(Else is null ? "" : $"{{{{else}}}}{Else}")}{{{{end}}}}";
}

internal sealed record BreakNode(int At) : TemplateNode(At)
{
    public override string ToString() => "{{break}}";
}

internal sealed record ContinueNode(int At) : TemplateNode(At)
{
    public override string ToString() => "{{continue}}";
}

/// <summary>A call of another template.</summary>
internal sealed record TemplateCallNode(int At, string Name, PipeNode? Pipe) : TemplateNode(At)
{
    public override string ToString() => $"{{{{template {Formatting.GoQuoting.Quote(Name)}{(Pipe is null ? "" : $" {Pipe}")}}}}}";
}

internal sealed record PipeNode(int At, IReadOnlyList<string> Variables, bool IsAssign, IReadOnlyList<CommandNode> Commands) : TemplateNode(At)
{
    public override string ToString()
    {
        string declared = Variables.Count == 0 ? "" : $"{string.Join(", ", Variables)} {(IsAssign ? "=" : ":=")} ";
        return declared + string.Join(" | ", Commands);
    }
}

internal sealed record CommandNode(int At, IReadOnlyList<TemplateNode> Words) : TemplateNode(At)
{
    public override string ToString() => string.Join(' ', Words.Select(static word => word is PipeNode ? $"({word})" : word.ToString()));
}

/// <summary>A field of the cursor: <c>.a.b</c>.</summary>
internal sealed record FieldNode(int At, IReadOnlyList<string> Names) : TemplateNode(At)
{
    public override string ToString() => "." + string.Join('.', Names);
}

/// <summary>A variable and fields of it: <c>$x.a</c>.</summary>
internal sealed record VariableNode(int At, string Name, IReadOnlyList<string> Fields) : TemplateNode(At)
{
    public override string ToString() => string.Join('.', Fields.Prepend(Name));
}

/// <summary>Fields of anything else: <c>(f x).a.b</c>.</summary>
internal sealed record ChainNode(int At, TemplateNode Inner, IReadOnlyList<string> Fields) : TemplateNode(At)
{
    public override string ToString() => (Inner is PipeNode ? $"({Inner})" : Inner.ToString()) + "." + string.Join('.', Fields);
}

internal sealed record FunctionNode(int At, GoFunction Function) : TemplateNode(At)
{
    public override string ToString() => Function.Name;
}

internal sealed record DotNode(int At) : TemplateNode(At)
{
    public override string ToString() => ".";
}

internal sealed record NilNode(int At) : TemplateNode(At)
{
    public override string ToString() => "nil";
}

internal sealed record BoolNode(int At, bool Value) : TemplateNode(At)
{
    public override string ToString() => Value ? "true" : "false";
}

internal sealed record NumberNode(int At, string Text, NumberConstant Number) : TemplateNode(At)
{
    /// <summary>The number where nothing says which type is wanted; null where an int cannot hold it.</summary>
    public GoValue? Ideal { get; } = Number.Ideal(Text);

    public override string ToString() => Text;
}

internal sealed record StringNode(int At, string Quoted, string Text) : TemplateNode(At)
{
    public GoValue Value { get; } = GoValue.Of(Text);

    public override string ToString() => Quoted;
}
