using System.Diagnostics;
using Agent.Runtime.Evaluation;
using Agent.Runtime.Ports;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Graph;

/// <summary>An evaluated block as it is kept for each node: what is written, and the values that came from elsewhere; constants stand in the text.</summary>
/// <remarks>An evaluated block in full takes a kilobyte, and is looked at only when a person does.</remarks>
internal sealed class KeptBlock
{
    private readonly Value[] _values;
    private BlockStatement _written;

    /// <param name="written">What was evaluated.</param>
    /// <param name="block">What came of it.</param>
    public KeptBlock(BlockStatement written, BlockValue block)
    {
        var values = new List<Value>();
        Collect(written, block, values);
        _written = written;
        _values = [.. values];
    }

    /// <summary>The same text stands somewhere else now: the source that it was first read from is not kept for it.</summary>
    public void Stands(BlockStatement same) => _written = same;

    /// <summary>The arrows of the graph that start here.</summary>
    public List<Edge> Edges()
    {
        var edges = new List<Edge>();
        foreach (Value value in _values)
        {
            Collect(value, edges);
        }
        return edges;
    }

    public BlockValue Restore()
    {
        int next = 0;
        return Restore(_written, ref next);
    }

    private static void Collect(Value value, List<Edge> edges)
    {
        if (value is CapsuleValue { Content: Edge edge })
        {
            edges.Add(edge);
        }
        else if (value is ListValue list)
        {
            foreach (Value item in list)
            {
                Collect(item, edges);
            }
        }
    }

    private static void Collect(BlockStatement written, BlockValue block, List<Value> values)
    {
        int attributes = 0;
        int blocks = 0;
        foreach (Statement statement in written.Body)
        {
            if (statement is BlockStatement inner)
            {
                Collect(inner, block.Blocks[blocks++], values);
            }
            else if (statement is AttributeStatement attribute)
            {
                Value value = block.Attributes[attributes++].Value;
                if (!IsConstant(attribute.Value))
                {
                    values.Add(value);
                }
            }
        }
    }

    private BlockValue Restore(BlockStatement written, ref int next)
    {
        var attributes = new List<AttributeValue>();
        var blocks = new List<BlockValue>();
        foreach (Statement statement in written.Body)
        {
            if (statement is BlockStatement inner)
            {
                blocks.Add(Restore(inner, ref next));
            }
            else if (statement is AttributeStatement attribute)
            {
                Value value = IsConstant(attribute.Value) ? ValueOf(attribute.Value) : _values[next++];
                attributes.Add(new AttributeValue(attribute.Name.Name, value, attribute.Name.Span, attribute.Value.Span));
            }
        }
        return new BlockValue(written.FullName, written.Label, written.HeaderSpan, attributes, blocks);
    }

    private static Value ValueOf(Expression constant) => Evaluator.Evaluate(constant, NoNames.Instance, [])
        ?? throw new UnreachableException("BUG: a constant that had a value has none");

    private static bool IsConstant(Expression expression) => expression switch
    {
        LiteralExpression => true,
        ArrayExpression array => array.Elements.All(IsConstant),
        ObjectExpression map => map.Fields.All(static field => IsConstant(field.Value)),
        _ => false,
    };

    private sealed class NoNames : IScope
    {
        public static NoNames Instance { get; } = new();

        public Resolution Resolve(IReadOnlyList<string> parts) => throw new UnreachableException("BUG: a constant refers to nothing");
    }
}
