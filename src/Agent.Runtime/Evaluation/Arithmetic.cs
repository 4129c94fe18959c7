using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Operators between two numbers. Integers wrap; the wider kind of the two operands decides: uint, int, then float.</summary>
internal static class Arithmetic
{
    public static NumberKind Fit(NumberValue left, NumberValue right)
    {
        if (left.NumberKind == NumberKind.Float || right.NumberKind == NumberKind.Float)
        {
            return NumberKind.Float;
        }
        return left.NumberKind == NumberKind.Int || right.NumberKind == NumberKind.Int ? NumberKind.Int : NumberKind.Uint;
    }

    public static bool IsZero(NumberValue number) => number.NumberKind == NumberKind.Float ? number.AsDouble == 0 : number.AsUInt64 == 0;

    /// <summary>The result; the divisor of a division must not be zero.</summary>
    public static Value Apply(NumberValue left, BinaryOperator op, NumberValue right) => Fit(left, right) switch
    {
        NumberKind.Uint => Apply(left.AsUInt64, op, right.AsUInt64),
        NumberKind.Int => Apply(left.AsInt64, op, right.AsInt64),
        _ => Apply(left.AsDouble, op, right.AsDouble),
    };

    private static Value Apply(ulong left, BinaryOperator op, ulong right) => op switch
    {
        BinaryOperator.Add => new NumberValue(unchecked(left + right)),
        BinaryOperator.Subtract => new NumberValue(unchecked(left - right)),
        BinaryOperator.Multiply => new NumberValue(unchecked(left * right)),
        BinaryOperator.Divide => new NumberValue(left / right),
        BinaryOperator.Modulo => new NumberValue(left % right),
        BinaryOperator.Power => new NumberValue(left == 0 && right > 0 ? 0 : Power(left, right)),
        _ => Compare(op, left.CompareTo(right)),
    };

    private static Value Apply(long left, BinaryOperator op, long right) => op switch
    {
        BinaryOperator.Add => new NumberValue(unchecked(left + right)),
        BinaryOperator.Subtract => new NumberValue(unchecked(left - right)),
        BinaryOperator.Multiply => new NumberValue(unchecked(left * right)),
        // The one quotient that does not fit wraps, where the processor would trap.
        BinaryOperator.Divide => new NumberValue(right == -1 ? unchecked(-left) : left / right),
        BinaryOperator.Modulo => new NumberValue(right == -1 ? 0 : left % right),
        // A negative exponent leaves the base as it is, as Alloy does: 2 ^ -1 is 2, 1 ^ -1 is 1.
        BinaryOperator.Power => new NumberValue(right < 0 ? left : (long)Power((ulong)left, (ulong)right)),
        _ => Compare(op, left.CompareTo(right)),
    };

    private static Value Apply(double left, BinaryOperator op, double right) => op switch
    {
        BinaryOperator.Add => new NumberValue(left + right),
        BinaryOperator.Subtract => new NumberValue(left - right),
        BinaryOperator.Multiply => new NumberValue(left * right),
        BinaryOperator.Divide => new NumberValue(left / right),
        BinaryOperator.Modulo => new NumberValue(left % right),
        BinaryOperator.Power => new NumberValue(Math.Pow(left, right)),
        BinaryOperator.Less => Value.Of(left < right),
        BinaryOperator.LessOrEqual => Value.Of(left <= right),
        BinaryOperator.Greater => Value.Of(left > right),
        _ => Value.Of(left >= right),
    };

    public static Value Compare(BinaryOperator op, int order) => Value.Of(op switch
    {
        BinaryOperator.Less => order < 0,
        BinaryOperator.LessOrEqual => order <= 0,
        BinaryOperator.Greater => order > 0,
        _ => order >= 0,
    });

    // Squaring instead of Alloy's loop: the same bits, and 3 ^ 9223372036854775807 ends.
    private static ulong Power(ulong number, ulong exponent)
    {
        ulong result = 1;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = unchecked(result * number);
            }
            number = unchecked(number * number);
        }
        return result;
    }
}
