using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Modules;

/// <summary>Values of the nodes that are nothing else: what modules are given, and what they give.</summary>
internal static class ModuleValues
{
    private const string ValueField = "value";
    private static readonly string[] OnlyValue = [ValueField];

    /// <summary>The value of the node, or null where there are errors.</summary>
    /// <param name="definition">An <c>argument</c>, an <c>export</c>, a <c>foreach</c> or an instance of a <c>declare</c> block.</param>
    /// <param name="frame">The module it stands in.</param>
    /// <param name="block">Its evaluated block.</param>
    /// <param name="values">What the nodes before it have to show.</param>
    /// <param name="diagnostics">Takes the errors.</param>
    public static ObjectValue? Of(NodeDefinition definition, ModuleFrame frame, BlockValue block, INodeValues values, DiagnosticBag diagnostics)
    {
        var findings = new DiagnosticBag();
        object? decoded = definition.Descriptor.Decode(block, findings);
        diagnostics.AddRange(findings);
        if (findings.HasErrors)
        {
            return null;
        }
        return definition.Kind switch
        {
            NodeKind.Argument => Single(ArgumentOf(definition, frame, decoded as ArgumentBlock, values)),
            NodeKind.Export => Single(block.Find(ValueField)!.Value),
            _ => Attributes(block),
        };
    }

    /// <summary>Reports attributes that the module has no argument for, arguments that are missing, and nested blocks.</summary>
    public static void CheckArguments(BlockStatement use, GraphPlan module, DiagnosticBag diagnostics)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (Statement statement in use.Body)
        {
            if (statement is BlockStatement nested)
            {
                diagnostics.Error(DiagnosticCodes.UnknownArgument, nested.NameSpan, $"unrecognized block name \"{nested.FullName}\"", "a custom component takes attributes only");
            }
            else if (statement is AttributeStatement attribute)
            {
                CheckGiven(attribute, module, given, diagnostics);
            }
        }
        foreach (string name in module.Arguments)
        {
            if (!given.Contains(name) && !IsOptional(module, name))
            {
                diagnostics.Error(DiagnosticCodes.MissingArgument, use.HeaderSpan, $"missing required attribute \"{name}\"");
            }
        }
    }

    private static void CheckGiven(AttributeStatement attribute, GraphPlan module, HashSet<string> given, DiagnosticBag diagnostics)
    {
        string name = attribute.Name.Name;
        if (!module.ArgumentNames.Contains(name))
        {
            string? near = NearestName.Find(name, module.Arguments);
            diagnostics.Error(
                DiagnosticCodes.UnknownArgument, attribute.Span, $"unrecognized attribute name \"{name}\"", near is null ? null : $"did you mean \"{near}\"?");
        }
        else if (!given.Add(name))
        {
            diagnostics.Error(DiagnosticCodes.DuplicateArgument, attribute.Span, $"attribute \"{name}\" may only be provided once");
        }
    }

    /// <summary>Only what is written as <c>true</c> counts: names are checked before anything is evaluated.</summary>
    private static bool IsOptional(GraphPlan module, string name) =>
        module.ById[$"{ModuleBlocks.Argument}.{name}"].Block.Body.OfType<AttributeStatement>()
            .Any(static attribute => attribute.Name.Name == "optional" && attribute.Value is not LiteralExpression { Text: "false" });

    private static Value ArgumentOf(NodeDefinition definition, ModuleFrame frame, ArgumentBlock? block, INodeValues values)
    {
        if (values.ExportsOf(frame.Path) is not { } given)
        {
            return new UnknownValue(SchemaType.Any);
        }
        if (given.TryGet(definition.Block.Label ?? "", out Value? value))
        {
            return value;
        }
        return block?.Default ?? new UnknownValue(SchemaType.Any);
    }

    private static FieldsValue Single(Value value) => new(OnlyValue, [value]);

    private static FieldsValue Attributes(BlockValue block) => new(
        [.. block.Attributes.Select(static attribute => attribute.Name)], [.. block.Attributes.Select(static attribute => attribute.Value)]);
}
