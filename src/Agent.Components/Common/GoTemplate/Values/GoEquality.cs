namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>Go's reflect.DeepEqual: same types, same content, all the way down.</summary>
internal static class GoEquality
{
    // Values nested deeper, or larger, are taken to differ: a map may contain itself, and a list the same list many times over.
    private const int MaxDepth = 200;
    private const int MaxValues = 100_000;

    public static bool DeepEqual(GoValue left, GoValue right)
    {
        int values = 0;
        return DeepEqual(left, right, 0, ref values);
    }

    private static bool DeepEqual(GoValue left, GoValue right, int depth, ref int values)
    {
        if (left.IsNil || right.IsNil)
        {
            return left.IsNil && right.IsNil;
        }
        if (!ReferenceEquals(left.Type, right.Type) || depth > MaxDepth || ++values > MaxValues)
        {
            return false;
        }
        return left.Kind switch
        {
            GoKind.String => left.AsText == right.AsText,
            GoKind.Float64 => left.AsFloat == right.AsFloat,
            GoKind.Complex128 => left.AsComplex == right.AsComplex,
            GoKind.Slice => left.IsNilReference == right.IsNilReference && ListsEqual(left.AsList, right.AsList, depth, ref values),
            GoKind.Map => left.IsNilReference == right.IsNilReference && MapsEqual(left.AsMap, right.AsMap, depth, ref values),
            GoKind.Struct => left.AsTime == right.AsTime,
            GoKind.Ptr => left.AsVersion == right.AsVersion,
            _ => left.AsInt == right.AsInt,
        };
    }

    private static bool ListsEqual(GoValue[] left, GoValue[] right, int depth, ref int values)
    {
        if (left.Length != right.Length)
        {
            return false;
        }
        for (int i = 0; i < left.Length; i++)
        {
            if (!DeepEqual(left[i], right[i], depth + 1, ref values))
            {
                return false;
            }
        }
        return true;
    }

    private static bool MapsEqual(GoMap left, GoMap right, int depth, ref int values)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }
        if (left.Count != right.Count)
        {
            return false;
        }
        foreach ((string key, GoValue value) in left.Sorted())
        {
            if (!right.TryGet(key, out GoValue other) || !DeepEqual(value, other, depth + 1, ref values))
            {
                return false;
            }
        }
        return true;
    }
}
