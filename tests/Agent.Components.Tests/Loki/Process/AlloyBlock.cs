using Agent.Runtime.Evaluation;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Components.Tests.Loki.Process;

/// <summary>Configuration text as the evaluated blocks that decoders read.</summary>
internal static class AlloyBlock
{
    private static readonly StandardLibraryScope Scope = new(new StandardLibraryOptions());

    /// <summary>The only block of a text; null, with errors in <paramref name="diagnostics"/>, where it cannot be read.</summary>
    public static BlockValue? Read(string text, DiagnosticBag diagnostics)
    {
        ParseResult parsed = Parser.ParseFile(new SourceText("test.alloy", text));
        diagnostics.AddRange(parsed.Diagnostics);
        return parsed.Success ? Evaluate((BlockStatement)parsed.File.Body.Single(), diagnostics) : null;
    }

    /// <summary>Names of all blocks inside, at any depth.</summary>
    public static IEnumerable<string> Names(BlockValue block) => block.Blocks.SelectMany(static child => Names(child).Prepend(child.Name));

    private static BlockValue Evaluate(BlockStatement block, DiagnosticBag diagnostics)
    {
        var attributes = new List<AttributeValue>();
        foreach (AttributeStatement attribute in block.Body.OfType<AttributeStatement>())
        {
            if (Evaluator.Evaluate(attribute.Value, Scope, diagnostics) is { } value)
            {
                attributes.Add(new AttributeValue(attribute.Name.Name, value, attribute.Name.Span, attribute.Value.Span));
            }
        }
        BlockValue[] blocks = [.. block.Body.OfType<BlockStatement>().Select(child => Evaluate(child, diagnostics))];
        return new BlockValue(block.FullName, block.Label, block.NameSpan, attributes, blocks);
    }
}
