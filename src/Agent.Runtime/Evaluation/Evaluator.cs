using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Evaluates expressions.</summary>
/// <remarks>
/// Like Alloy, <c>&amp;&amp;</c> and <c>||</c> evaluate both sides. Recursion is as deep as the expression, which the parser bounds.
/// </remarks>
public sealed class Evaluator
{
    private readonly IScope _scope;
    private readonly DiagnosticBag _diagnostics;

    private Evaluator(IScope scope, DiagnosticBag diagnostics)
    {
        _scope = scope;
        _diagnostics = diagnostics;
    }

    /// <summary>The value, or null with at least one error added to <paramref name="diagnostics"/>.</summary>
    public static Value? Evaluate(Expression expression, IScope scope, DiagnosticBag diagnostics) =>
        new Evaluator(scope, diagnostics).Evaluate(expression);

    private Value? Evaluate(Expression expression) => expression switch
    {
        LiteralExpression literal => Literals.Evaluate(literal) ?? Fail(literal, "cannot read number: value out of range"),
        IdentifierExpression identifier => EvaluateChain(identifier, identifier, []),
        AccessExpression access => EvaluateAccess(access),
        ParenExpression paren => Evaluate(paren.Inner),
        ArrayExpression array => EvaluateAll(array.Elements) is { } items ? new ListValue(items) : null,
        ObjectExpression map => EvaluateObject(map),
        IndexExpression index => EvaluateIndex(index),
        UnaryExpression unary => EvaluateUnary(unary),
        BinaryExpression binary => EvaluateBinary(binary),
        CallExpression call => EvaluateCall(call),
        _ => throw new System.Diagnostics.UnreachableException($"BUG: expression of type {expression.GetType()}"),
    };

    /// <summary>The values of all, or null; errors of all of them are reported.</summary>
    private Value[]? EvaluateAll(IReadOnlyList<Expression> expressions)
    {
        var values = new Value[expressions.Count];
        bool failed = false;
        for (int i = 0; i < values.Length; i++)
        {
            Value? value = Evaluate(expressions[i]);
            failed |= value is null;
            values[i] = value ?? Value.Null;
        }
        return failed ? null : values;
    }

    private MapValue? EvaluateObject(ObjectExpression map)
    {
        var fields = new Dictionary<string, Value>(map.Fields.Count, StringComparer.Ordinal);
        bool failed = false;
        foreach (ObjectField field in map.Fields)
        {
            Value? value = Evaluate(field.Value);
            failed |= value is null;
            fields[field.Name] = value ?? Value.Null;
        }
        return failed ? null : new MapValue(fields);
    }

    private Value? EvaluateAccess(AccessExpression access)
    {
        var chain = new Stack<AccessExpression>();
        Expression at = access;
        while (at is AccessExpression step)
        {
            chain.Push(step);
            at = step.Value;
        }
        AccessExpression[] steps = [.. chain];
        return at is IdentifierExpression root
            ? EvaluateChain(root, access, steps)
            : Evaluate(at) is { } value ? Follow(value, steps) : null;
    }

    private Value? EvaluateChain(IdentifierExpression root, Expression whole, ReadOnlySpan<AccessExpression> steps)
    {
        var parts = new string[steps.Length + 1];
        parts[0] = root.Name;
        for (int i = 0; i < steps.Length; i++)
        {
            parts[i + 1] = steps[i].Name.Name;
        }
        Resolution resolution = _scope.Resolve(parts);
        if (resolution.Value is { } value)
        {
            return Follow(value, steps[(resolution.Consumed - 1)..]);
        }
        if (resolution.Error is null)
        {
            _diagnostics.Error(DiagnosticCodes.UnknownReference, root.Span, $"identifier \"{root.Name}\" does not exist");
            return null;
        }
        TextSpan span = resolution.Consumed switch
        {
            0 => whole.Span,
            1 => root.Span,
            int consumed => steps[Math.Min(consumed - 1, steps.Length) - 1].Span,
        };
        _diagnostics.Error(DiagnosticCodes.UnknownReference, span, resolution.Error);
        return null;
    }

    private Value? Follow(Value value, ReadOnlySpan<AccessExpression> steps)
    {
        foreach (AccessExpression step in steps)
        {
            string name = step.Name.Name;
            switch (value)
            {
                case UnknownValue unknown:
                    value = new UnknownValue(unknown.Type.Kind == SchemaKind.Map ? unknown.Type.Element ?? SchemaType.Any : SchemaType.Any);
                    break;
                case ObjectValue map when map.TryGet(name, out Value? field):
                    value = field;
                    break;
                case ObjectValue:
                    _diagnostics.Error(DiagnosticCodes.Evaluation, step.Name.Span, $"field \"{name}\" does not exist");
                    return null;
                case CapsuleValue:
                    return Fail(step.Value, "expected object or array or a capsule convertible to an object, got capsule");
                default:
                    return Fail(step.Value, $"cannot access field \"{name}\" on value of type {value.Kind.Text()}");
            }
        }
        return value;
    }

    private Value? EvaluateIndex(IndexExpression index)
    {
        Value? value = Evaluate(index.Value);
        Value? key = Evaluate(index.Index);
        if (value is null || key is null)
        {
            return null;
        }
        switch (value, key)
        {
            case (UnknownValue unknown, _):
                return new UnknownValue(unknown.Type.Element ?? SchemaType.Any);
            case (ArrayValue or ObjectValue, UnknownValue):
                return new UnknownValue(SchemaType.Any);
            case (ArrayValue array, NumberValue number):
                long at = number.AsInt64;
                return at >= 0 && at < array.Count
                    ? array[(int)at]
                    : Fail(index.Index, $"index {at} is out of range of array with length {array.Count}");
            case (ArrayValue, _):
                return Fail(index.Index, ScalarConversion.Mismatch(ValueKind.Number, key).Message);
            case (ObjectValue map, StringValue name):
                return map.TryGet(name.Text, out Value? field) ? field : Value.Null;
            case (ObjectValue, _):
                return Fail(index.Index, ScalarConversion.Mismatch(ValueKind.String, key).Message);
            case (CapsuleValue, _):
                return Fail(index.Value, "expected object or array or a capsule convertible to an object, got capsule");
            default:
                return Fail(index.Value, $"expected object or array, got {value.Kind.Text()}");
        }
    }

    private Value? EvaluateUnary(UnaryExpression unary)
    {
        Value? operand = Evaluate(unary.Operand);
        ValueKind expected = unary.Operator == UnaryOperator.Not ? ValueKind.Bool : ValueKind.Number;
        return operand switch
        {
            null => null,
            UnknownValue => operand,
            BoolValue flag when expected == ValueKind.Bool => Value.Of(!flag.IsTrue),
            NumberValue number when expected == ValueKind.Number => number.NumberKind == NumberKind.Float
                ? Value.Of(-number.AsDouble)
                : Value.Of(unchecked(-number.AsInt64)),
            _ => Fail(unary.Operand, ScalarConversion.Mismatch(expected, operand).Message),
        };
    }

    private Value? EvaluateBinary(BinaryExpression binary)
    {
        Value? left = Evaluate(binary.Left);
        Value? right = Evaluate(binary.Right);
        if (left is null || right is null)
        {
            return null;
        }
        Value? result = BinaryOperation.Apply(left, binary.Operator, right, out OperationError? error);
        return error is null ? result : Fail(error.Side == OperandSide.Left ? binary.Left : binary.Right, error.Message);
    }

    private Value? EvaluateCall(CallExpression call)
    {
        Value? function = Evaluate(call.Function);
        Value[]? arguments = EvaluateAll(call.Arguments);
        if (function is null || arguments is null)
        {
            return null;
        }
        if (function is not FunctionValue { Invoke: { } invoke })
        {
            return function is UnknownValue
                ? new UnknownValue(SchemaType.Any)
                : Fail(call.Function, ScalarConversion.Mismatch(ValueKind.Function, function).Message);
        }
        Value? result = invoke(arguments, out CallError error);
        if (result is not null)
        {
            return result;
        }
        bool atArgument = error.Argument >= 0 && error.Argument < call.Arguments.Count;
        return Fail(atArgument ? call.Arguments[error.Argument] : call.Function, error.Message, error.Path, DiagnosticCodes.FailedCall);
    }

    private Value? Fail(Expression expression, string message, ValuePath? path = null, string code = DiagnosticCodes.Evaluation)
    {
        ExpressionPlace place = ExpressionPlace.Of(expression, path);
        _diagnostics.Error(code, place.Span, $"{place.Text} {message}".TrimStart());
        return null;
    }
}
