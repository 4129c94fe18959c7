using System.Text;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Schema;

namespace Agent.Docs;

/// <summary>The reference page of one component, as Markdown; the same declaration always gives the same bytes.</summary>
internal sealed class ComponentReference
{
    private readonly StringBuilder _page = new();
    private readonly HashSet<BlockSchema> _written = new(ReferenceEqualityComparer.Instance);

    public static string Write(ComponentDescriptor component)
    {
        var reference = new ComponentReference();
        reference.WriteComponent(component);
        return reference._page.ToString();
    }

    private void WriteComponent(ComponentDescriptor component)
    {
        Line($"# {component.Name}").Line().Line(component.Summary).Line();
        if (component.Stability != Stability.GenerallyAvailable)
        {
            string level = component.Stability == Stability.PublicPreview ? "public-preview" : "experimental";
            Line($"Stability: {level}; needs `--stability.level={level}`.").Line();
        }
        if (component.Example.Length > 0)
        {
            Line("```alloy").Line(component.Example.Trim('\n')).Line("```").Line();
        }
        Line("## Arguments").Line();
        WriteBody(component.Arguments, []);
        Line("## Exports").Line();
        WriteExports(component.Exports);
        while (_page.Length > 1 && _page[^1] == '\n' && _page[^2] == '\n')
        {
            _page.Length--;
        }
    }

    private void WriteBody(BlockSchema schema, IReadOnlyList<string> path)
    {
        _written.Add(schema);
        WriteArguments(schema);
        WriteBlocks(schema);
        foreach (ChildBlockSchema child in schema.Blocks)
        {
            BlockSchema inner = child.Schema();
            // stage.match holds stages again: each kind of block is described where it first stands.
            if (_written.Contains(inner))
            {
                continue;
            }
            List<string> inside = [.. path, child.Name];
            Line($"### {string.Join(" > ", inside)}").Line();
            if (inner.Summary.Length > 0)
            {
                Line(inner.Summary).Line();
            }
            WriteBody(inner, inside);
        }
    }

    private void WriteArguments(BlockSchema schema)
    {
        if (schema.Attributes.Count == 0)
        {
            Line(schema.Blocks.Count == 0 ? "Nothing can be set." : "Set by blocks only.").Line();
            return;
        }
        Line("| Name | Type | Default | Required | Description |").Line("| --- | --- | --- | --- | --- |");
        foreach (AttributeSchema attribute in schema.Attributes)
        {
            string fallback = attribute.Default is null ? "" : $"`{Cell(attribute.Default)}`";
            Line($"| `{attribute.Name}` | {TypeOf(attribute.Type)} | {fallback} | {YesNo(attribute.Required)} | {Cell(Describe(attribute))} |");
        }
        Line();
    }

    private void WriteBlocks(BlockSchema schema)
    {
        if (schema.Blocks.Count == 0)
        {
            return;
        }
        Line("| Block | Required | Repeated | Description |").Line("| --- | --- | --- | --- |");
        foreach (ChildBlockSchema child in schema.Blocks)
        {
            Line($"| `{child.Name}` | {YesNo(child.Required)} | {YesNo(child.Repeated)} | {Cell(child.Schema().Summary)} |");
        }
        Line();
    }

    private void WriteExports(IReadOnlyList<ExportSchema> exports)
    {
        if (exports.Count == 0)
        {
            Line("None.");
            return;
        }
        Line("| Name | Type | Description |").Line("| --- | --- | --- |");
        foreach (ExportSchema export in exports)
        {
            Line($"| `{export.Name}` | {TypeOf(export.Type)} | {Cell(export.Summary)} |");
        }
    }

    private static string Describe(AttributeSchema attribute)
    {
        string text = attribute.Summary;
        if (attribute.NotHonoured is { } reason)
        {
            text += $" Has no effect: {reason}.";
        }
        return attribute.Deprecated is { } instead ? $"{text} Deprecated: {instead}." : text;
    }

    private static string TypeOf(SchemaType type) => type.Choices.Count == 0
        ? $"`{Cell(type.Name)}`"
        : string.Join(", ", type.Choices.Select(static choice => $"`\"{choice}\"`"));

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string Cell(string text) => text.Replace('\n', ' ').Replace("|", "\\|", StringComparison.Ordinal);

    private ComponentReference Line(string text = "")
    {
        _page.Append(text).Append('\n');
        return this;
    }
}
