using Agent.Sdk;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Equality as the operator <c>==</c> sees it.</summary>
/// <remarks>Unlike <see cref="Value.Equals(Value)"/>, which answers whether anything changed: here NaN differs from itself, and no function equals another.</remarks>
internal static class ValueEquality
{
    /// <summary>Null where it depends on a value that is not known yet.</summary>
    public static bool? AreEqual(Value left, Value right)
    {
        if (left is UnknownValue || right is UnknownValue)
        {
            return null;
        }
        if (left.Kind != right.Kind)
        {
            return false;
        }
        return (left, right) switch
        {
            (NumberValue l, NumberValue r) => AreEqual(l, r),
            (ArrayValue l, ArrayValue r) => AreEqual(l, r),
            (ObjectValue l, ObjectValue r) => AreEqual(l, r),
            (FunctionValue, _) => false,
            _ => left.Equals(right),
        };
    }

    private static bool AreEqual(NumberValue left, NumberValue right) => Arithmetic.Fit(left, right) switch
    {
        NumberKind.Uint => left.AsUInt64 == right.AsUInt64,
        NumberKind.Int => left.AsInt64 == right.AsInt64,
        _ => left.AsDouble == right.AsDouble,
    };

    private static bool? AreEqual(ArrayValue left, ArrayValue right)
    {
        bool? all = left.Count == right.Count;
        for (int i = 0; i < left.Count && all != false; i++)
        {
            all &= AreEqual(left[i], right[i]);
        }
        return all;
    }

    private static bool? AreEqual(ObjectValue left, ObjectValue right)
    {
        bool? all = left.Count == right.Count;
        foreach (string key in left.Keys)
        {
            if (all == false)
            {
                break;
            }
            all &= right.TryGet(key, out Value? theirs) ? AreEqual(left[key], theirs) : false;
        }
        return all;
    }
}
