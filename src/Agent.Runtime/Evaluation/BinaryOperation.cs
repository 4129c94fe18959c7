using Agent.Sdk;
using Agent.Sdk.Schema;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Which operand is at fault.</summary>
internal enum OperandSide
{
    Left,
    Right,
}

/// <summary>An operator that does not apply to its operands.</summary>
internal sealed record OperationError(OperandSide Side, string Message);

/// <summary>Operators between two values. Secrets mix with text: the result is a secret.</summary>
internal static class BinaryOperation
{
    private static readonly SchemaType BoolType = new(SchemaKind.Bool, "bool");

    private static readonly SchemaType NumberType = new(SchemaKind.Number, "number");

    public static Value? Apply(Value left, BinaryOperator op, Value right, out OperationError? error)
    {
        (left, right) = SecretOperands.Unwrap(left, right);
        error = null;
        if (op is BinaryOperator.Equal or BinaryOperator.NotEqual)
        {
            return ValueEquality.AreEqual(left, right) is { } equal
                ? Value.Of(equal == (op == BinaryOperator.Equal))
                : new UnknownValue(BoolType);
        }
        error = Check(left, op, right);
        if (error is not null)
        {
            return null;
        }
        if (left is UnknownValue || right is UnknownValue)
        {
            return new UnknownValue(TypeOf(left, op, right));
        }
        switch (left, right)
        {
            case (BoolValue l, BoolValue r):
                return Value.Of(op == BinaryOperator.Or ? l.IsTrue || r.IsTrue : l.IsTrue && r.IsTrue);
            case (StringValue l, StringValue r):
                return ApplyText(l, op, r, out error);
            case (NumberValue, NumberValue r) when op is BinaryOperator.Divide or BinaryOperator.Modulo && Arithmetic.IsZero(r):
                error = new OperationError(OperandSide.Right, "divide by zero error");
                return null;
            case (NumberValue l, NumberValue r):
                return Arithmetic.Apply(l, op, r);
            default:
                return SecretOperands.Concat(left, right, out error);
        }
    }

    private static Value? ApplyText(StringValue left, BinaryOperator op, StringValue right, out OperationError? error)
    {
        error = null;
        if (op != BinaryOperator.Add)
        {
            return Arithmetic.Compare(op, StringBytes.Compare(left, right));
        }
        if ((long)left.Text.Length + right.Text.Length > StringBytes.LongestText)
        {
            error = new OperationError(OperandSide.Right, "cannot join strings: the result is too long");
            return null;
        }
        return StringBytes.Concat(left, right);
    }

    private static OperationError? Check(Value left, BinaryOperator op, Value right)
    {
        if (!Accepts(op, left))
        {
            return new OperationError(OperandSide.Left, Unacceptable(op, left));
        }
        if (!Accepts(op, right))
        {
            return new OperationError(OperandSide.Right, Unacceptable(op, right));
        }
        return left.Kind == right.Kind || left is UnknownValue || right is UnknownValue
            ? null
            : new OperationError(OperandSide.Right, $"should be {left.Kind.Text()}, got {right.Kind.Text()}");
    }

    private static string Unacceptable(BinaryOperator op, Value value)
    {
        string allowed = op switch
        {
            BinaryOperator.Or or BinaryOperator.And => "bool",
            BinaryOperator.Add => "number string capsule",
            _ when IsComparison(op) => "number string",
            _ => "number",
        };
        return $"should be one of [{allowed}] for binop {op.Text()}, got {value.Kind.Text()}";
    }

    private static bool Accepts(BinaryOperator op, Value value) => value.Kind switch
    {
        ValueKind.Unknown => true,
        ValueKind.Bool => op is BinaryOperator.Or or BinaryOperator.And,
        ValueKind.Number => op is not (BinaryOperator.Or or BinaryOperator.And),
        ValueKind.String => op == BinaryOperator.Add || IsComparison(op),
        ValueKind.Capsule => op == BinaryOperator.Add,
        _ => false,
    };

    private static bool IsComparison(BinaryOperator op) => op is BinaryOperator.Less or BinaryOperator.LessOrEqual
        or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual;

    private static SchemaType TypeOf(Value left, BinaryOperator op, Value right)
    {
        if (IsComparison(op) || op is BinaryOperator.Or or BinaryOperator.And)
        {
            return BoolType;
        }
        if (op != BinaryOperator.Add)
        {
            return NumberType;
        }
        Value known = left is UnknownValue ? right : left;
        return known switch
        {
            StringValue => SchemaType.Text,
            NumberValue => NumberType,
            UnknownValue => ((UnknownValue)left).Type == ((UnknownValue)right).Type ? ((UnknownValue)left).Type : SchemaType.Any,
            _ => SchemaType.Any,
        };
    }
}
