using Agent.Runtime.Evaluation;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Graph;

/// <summary>Evaluates every expression of a block, so that its decoder sees only values.</summary>
internal static class BlockEvaluator
{
    /// <summary>Null where an expression failed; all failures are reported.</summary>
    /// <param name="block">The block.</param>
    /// <param name="scope">What its expressions refer to.</param>
    /// <param name="connect">Applied to each attribute's value: puts edges around ports.</param>
    /// <param name="diagnostics">Takes the failures.</param>
    public static BlockValue? Evaluate(BlockStatement block, IScope scope, Func<Value, Value> connect, DiagnosticBag diagnostics)
    {
        var attributes = new List<AttributeValue>();
        var blocks = new List<BlockValue>();
        bool failed = false;
        foreach (Statement statement in block.Body)
        {
            switch (statement)
            {
                case AttributeStatement attribute when Evaluator.Evaluate(attribute.Value, scope, diagnostics) is { } value:
                    attributes.Add(new AttributeValue(attribute.Name.Name, connect(value), attribute.Name.Span, attribute.Value.Span));
                    break;
                case BlockStatement inner when Evaluate(inner, scope, connect, diagnostics) is { } nested:
                    blocks.Add(nested);
                    break;
                default:
                    failed = true;
                    break;
            }
        }
        return failed ? null : new BlockValue(block.FullName, block.Label, block.HeaderSpan, attributes, blocks);
    }
}
