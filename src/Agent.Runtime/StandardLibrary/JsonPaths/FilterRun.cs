using System.Text;
using Agent.Runtime.Evaluation;
using Agent.Sdk.Patterns;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.JsonPaths;

/// <summary>One condition applied to one element.</summary>
/// <remarks>
/// Where paths find several values, the condition holds if it holds for any combination of them. A path that found a value
/// counts as true by itself, whatever the value is.
/// </remarks>
internal sealed class FilterRun(FilterNode condition, Value element, Value document)
{
    private const long MostCombinations = 100_000;

    private readonly Dictionary<PathNode, IReadOnlyList<Value>> _found = new(ReferenceEqualityComparer.Instance);
    private long _combination;

    public bool IsMatch()
    {
        Find(condition);
        long combinations = 1;
        foreach (IReadOnlyList<Value> values in _found.Values)
        {
            combinations = Math.Min(combinations * Math.Max(values.Count, 1), MostCombinations);
        }
        for (long i = 0; i < combinations; i++)
        {
            _combination = i;
            if (IsTrue(Evaluate(condition)))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsTrue(Operand operand) => operand.WasFound || operand.Value is BoolValue { IsTrue: true };

    private void Find(FilterNode? node)
    {
        switch (node)
        {
            case PathNode path:
                _found[path] = path.Path.Select(element, document);
                break;
            case GroupNode group:
                Find(group.Inner);
                break;
            case OperatorNode op:
                Find(op.Left);
                Find(op.Right);
                break;
            case FunctionNode { Name: "count" }:
                break;
            case FunctionNode function:
                Find(function.Left);
                Find(function.Right);
                break;
        }
    }

    private Operand Evaluate(FilterNode node) => node switch
    {
        ConstantNode constant => new Operand(constant.Value, false),
        PathNode path => Choose(_found[path]),
        GroupNode group => Evaluate(group.Inner) with { WasFound = false },
        OperatorNode op => new Operand(Apply(op, Evaluate(op.Left), Evaluate(op.Right)), false),
        FunctionNode function => new Operand(Call(function), false),
        _ => default,
    };

    private Operand Choose(IReadOnlyList<Value> values)
    {
        if (values.Count == 0)
        {
            return default;
        }
        Value chosen = values[(int)(_combination % values.Count)];
        _combination /= values.Count;
        return new Operand(chosen, true);
    }

    private static Value? Apply(OperatorNode op, Operand left, Operand right)
    {
        switch (op.Name)
        {
            case "==":
                return Value.Of(AreEqual(left.Value, right.Value));
            case "!=":
                return Value.Of(!AreEqual(left.Value, right.Value));
            case "||":
                return Value.Of(IsTrue(left) || IsTrue(right));
            case "&&":
                return Value.Of(IsTrue(left) && IsTrue(right));
            case "has" or "exists":
                return Value.Of(right.Value is BoolValue wanted && wanted.IsTrue == left.Value is not null);
            case "empty":
                return Value.Of(right.Value is BoolValue flag && Count(left.Value) is { } count && flag.IsTrue == (count == 0));
            case "in":
                return Value.Of(left.Value is { } item && right.Value is ArrayValue list && list.Any(item.Equals));
            case "=~" or "~=":
                return Value.Of(left.Value is StringValue text && Matches(op.Right, right.Value, text.Text));
            default:
                return Compute(op.Name, left.Value, right.Value);
        }
    }

    private static Value? Compute(string name, Value? left, Value? right)
    {
        BinaryOperator op = name switch
        {
            "<" => BinaryOperator.Less,
            "<=" => BinaryOperator.LessOrEqual,
            ">" => BinaryOperator.Greater,
            ">=" => BinaryOperator.GreaterOrEqual,
            "+" => BinaryOperator.Add,
            "-" => BinaryOperator.Subtract,
            "*" => BinaryOperator.Multiply,
            _ => BinaryOperator.Divide,
        };
        bool isComparison = name[0] is '<' or '>';
        return (left, right) switch
        {
            (NumberValue l, NumberValue r) when op != BinaryOperator.Divide || !Arithmetic.IsZero(r) => Arithmetic.Apply(l, op, r),
            (StringValue l, StringValue r) when isComparison => Arithmetic.Compare(op, StringBytes.Compare(l, r)),
            (StringValue l, StringValue r) when op == BinaryOperator.Add => StringBytes.Concat(l, r),
            _ => isComparison ? Value.False : null,
        };
    }

    private Value? Call(FunctionNode function)
    {
        if (function.Name == "count")
        {
            return function.Left is PathNode path ? Value.Of((long)path.Path.Select(element, document).Count) : null;
        }
        Operand left = Evaluate(function.Left);
        switch (function.Name)
        {
            case "!":
                return Value.Of(!IsTrue(left));
            case "length":
                return Count(left.Value) is { } count ? Value.Of(count) : null;
            default:
                bool whole = function.Name == "match";
                return left.Value is StringValue text && function.Right is { } node && Evaluate(node).Value is StringValue { Text.Length: > 0 } pattern
                    && Compile(whole ? Anchored(pattern.Text) : pattern.Text) is { } compiled
                    ? Value.Of(compiled.IsMatch(text.Text))
                    : null;
        }
    }

    private static string Anchored(string pattern) =>
        (pattern[0] == '^' ? "" : "^") + pattern + (pattern[^1] == '$' ? "" : "$");

    private static bool Matches(FilterNode node, Value? pattern, string text)
    {
        Pattern? compiled = node is PatternNode constant ? constant.Pattern
            : pattern is StringValue written ? Compile(written.Text)
            : null;
        return compiled?.IsMatch(text) ?? false;
    }

    // A pattern out of the document that is none matches nothing.
    private static Pattern? Compile(string pattern) =>
        Pattern.TryParse(pattern, PatternOptions.None, out Pattern? compiled, out _) ? compiled : null;

    private static bool AreEqual(Value? left, Value? right)
    {
        if (left is null || right is null)
        {
            return left is null && right is null;
        }
        return !JsonPath.IsContainer(left) && left.Equals(right);
    }

    private static long? Count(Value? value) => value switch
    {
        StringValue text => Encoding.UTF8.GetByteCount(text.Text),
        ArrayValue array => array.Count,
        ObjectValue map => map.Count,
        _ => null,
    };

    /// <summary>A value, null for nothing, and whether a path found it.</summary>
    private readonly record struct Operand(Value? Value, bool WasFound);
}
