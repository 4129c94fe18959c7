using Agent.Sdk.Schema;
using Agent.Syntax;

namespace Agent.Sdk.Decoding;

/// <summary>Checks what stands in a block against its schema: names, counts, what is missing. Wording is Alloy's.</summary>
internal static class BlockShape
{
    /// <summary>Reports everything that is wrong; true where nothing is.</summary>
    public static bool Check(BlockValue block, BlockSchema schema, DiagnosticBag diagnostics)
    {
        var findings = new DiagnosticBag();
        CheckAttributes(block, schema, findings);
        CheckBlocks(block, schema, findings);
        CheckMissing(block, schema, findings);
        diagnostics.AddRange(findings);
        return !findings.HasErrors;
    }

    private static void CheckAttributes(BlockValue block, BlockSchema schema, DiagnosticBag findings)
    {
        for (int i = 0; i < block.Attributes.Count; i++)
        {
            AttributeValue attribute = block.Attributes[i];
            TextSpan span = attribute.NameSpan.To(attribute.ValueSpan);
            if (AttributeOf(schema, attribute.Name) is { } known)
            {
                if (!ReferenceEquals(block.Find(attribute.Name), attribute))
                {
                    findings.Error(DiagnosticCodes.DuplicateArgument, span, $"attribute \"{attribute.Name}\" may only be provided once");
                }
                Warn($"attribute \"{known.Name}\"", known.NotHonoured, known.Deprecated, span, findings);
            }
            else if (BlockOf(schema, attribute.Name) is not null)
            {
                findings.Error(
                    DiagnosticCodes.UnknownArgument, span, $"\"{attribute.Name}\" must be a block, but is used as an attribute",
                    $"write {attribute.Name} {{ ... }}");
            }
            else
            {
                findings.Error(
                    DiagnosticCodes.UnknownArgument, span, $"unrecognized attribute name \"{attribute.Name}\"", Suggest(attribute.Name, schema));
            }
        }
    }

    private static void Warn(string what, string? notHonoured, string? deprecated, TextSpan span, DiagnosticBag findings)
    {
        if (notHonoured is not null)
        {
            findings.Warn(DiagnosticCodes.NotHonoured, span, $"{what} has no effect: {notHonoured}");
        }
        if (deprecated is not null)
        {
            findings.Warn(DiagnosticCodes.Deprecated, span, $"{what} is deprecated", deprecated);
        }
    }

    private static void CheckBlocks(BlockValue block, BlockSchema schema, DiagnosticBag findings)
    {
        foreach (BlockValue child in block.Blocks)
        {
            if (BlockOf(schema, child.Name) is { } known)
            {
                CheckCount(block, child, known, findings);
                CheckLabel(child, known, findings);
                Warn($"block \"{known.Name}\"", known.NotHonoured, known.Deprecated, child.NameSpan, findings);
            }
            else if (AttributeOf(schema, child.Name) is not null)
            {
                findings.Error(
                    DiagnosticCodes.UnknownArgument, child.NameSpan, $"\"{child.Name}\" must be an attribute, but is used as a block",
                    $"write {child.Name} = ...");
            }
            else
            {
                findings.Error(
                    DiagnosticCodes.UnknownArgument, child.NameSpan, $"unrecognized block name \"{child.Name}\"", Suggest(child.Name, schema));
            }
        }
    }

    private static void CheckCount(BlockValue block, BlockValue child, ChildBlockSchema known, DiagnosticBag findings)
    {
        if (!known.Repeated && !ReferenceEquals(block.Blocks.First(other => other.Name == child.Name), child))
        {
            findings.Error(DiagnosticCodes.DuplicateArgument, child.NameSpan, $"block \"{child.Name}\" may only be specified once");
        }
    }

    private static void CheckLabel(BlockValue child, ChildBlockSchema known, DiagnosticBag findings)
    {
        bool labelled = !string.IsNullOrEmpty(child.Label);
        bool wanted = known.Schema().TakesLabel;
        if (labelled != wanted)
        {
            findings.Error(
                DiagnosticCodes.Label, child.NameSpan,
                wanted ? $"block \"{child.Name}\" requires non-empty label" : $"block \"{child.Name}\" does not support specifying labels");
        }
    }

    private static void CheckMissing(BlockValue block, BlockSchema schema, DiagnosticBag findings)
    {
        foreach (AttributeSchema attribute in schema.Attributes)
        {
            if (attribute.Required && block.Find(attribute.Name) is null)
            {
                findings.Error(DiagnosticCodes.MissingArgument, block.NameSpan, $"missing required attribute \"{attribute.Name}\"");
            }
        }
        foreach (ChildBlockSchema child in schema.Blocks)
        {
            if (child.Required && !block.Blocks.Any(given => given.Name == child.Name))
            {
                findings.Error(DiagnosticCodes.MissingArgument, block.NameSpan, $"missing required block \"{child.Name}\"");
            }
        }
    }

    private static AttributeSchema? AttributeOf(BlockSchema schema, string name)
    {
        foreach (AttributeSchema attribute in schema.Attributes)
        {
            if (attribute.Name == name)
            {
                return attribute;
            }
        }
        return null;
    }

    private static ChildBlockSchema? BlockOf(BlockSchema schema, string name)
    {
        foreach (ChildBlockSchema child in schema.Blocks)
        {
            if (child.Name == name)
            {
                return child;
            }
        }
        return null;
    }

    private static string? Suggest(string name, BlockSchema schema)
    {
        IEnumerable<string> names = schema.Attributes.Select(static a => a.Name).Concat(schema.Blocks.Select(static b => b.Name));
        return NearestName.Find(name, names) is { } near ? $"did you mean \"{near}\"?" : null;
    }
}
