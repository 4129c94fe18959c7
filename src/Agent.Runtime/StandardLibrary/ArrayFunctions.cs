using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Declarations;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>The functions of <c>array</c>.</summary>
internal static class ArrayFunctions
{
    private const int LongestResult = 10_000_000;

    private static readonly SchemaType AnyList = SchemaType.ListOf(SchemaType.Any);

    public static IEnumerable<LibraryFunction> All { get; } =
    [
        new("array.concat", AnyList, Concat) { Arguments = 0, IsVariadic = true, PassesUnknown = true },
        new("array.combine_maps", AnyList, CombineMaps) { CountsItself = true, Stability = Stability.Experimental },
        new("array.group_by", AnyList, GroupBy) { CountsItself = true, Stability = Stability.Experimental },
    ];

    private static Value? Concat(CallArguments arguments)
    {
        long count = 0;
        bool unknown = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is UnknownValue)
            {
                unknown = true;
                continue;
            }
            if (arguments.Exactly<ArrayValue>(i, ValueKind.Array) is not { } array)
            {
                return null;
            }
            count += array.Count;
        }
        if (unknown)
        {
            return new UnknownValue(AnyList);
        }
        if (arguments.Count == 1)
        {
            return arguments[0];
        }
        var items = new List<Value>((int)Math.Min(count, LongestResult));
        for (int i = 0; i < arguments.Count; i++)
        {
            items.AddRange((ArrayValue)arguments[i]);
        }
        return new ListValue(items);
    }

    private static Value? CombineMaps(CallArguments arguments)
    {
        if (arguments.Count is not (3 or 4))
        {
            return arguments.Fail($"combine_maps: expected 3 or 4 arguments, got {arguments.Count}");
        }
        if (Objects(arguments, 0) is not { } left || Objects(arguments, 1) is not { } right
            || Conditions(arguments) is not { } conditions)
        {
            return null;
        }
        bool keepUnmatched = false;
        if (arguments.Count == 4)
        {
            if (arguments.Exactly<BoolValue>(3, ValueKind.Bool) is not { } flag)
            {
                return null;
            }
            keepUnmatched = flag.IsTrue;
        }
        var combined = new List<Value>();
        foreach (ObjectValue one in left)
        {
            foreach (ObjectValue other in right)
            {
                if (conditions.All(key => SameIn(one, other, key)))
                {
                    combined.Add(Merge(one, other));
                }
                else if (keepUnmatched)
                {
                    // Once per element of the right side that does not match, as Alloy does.
                    combined.Add(one);
                }
            }
            if (combined.Count > LongestResult)
            {
                return arguments.Fail($"combine_maps: the result has more than {LongestResult} elements");
            }
        }
        return new ListValue(combined);
    }

    private static List<string>? Conditions(CallArguments arguments)
    {
        if (arguments.Exactly<ArrayValue>(2, ValueKind.Array) is not { } array)
        {
            return null;
        }
        if (array.Count == 0)
        {
            arguments.Fail(2, "combine_maps: merge conditions must not be empty");
            return null;
        }
        var keys = new List<string>();
        for (int i = 0; i < array.Count; i++)
        {
            if (array[i] is not StringValue key)
            {
                arguments.Fail(2, ScalarConversion.Mismatch(ValueKind.String, array[i]).Message, ValuePath.At(i));
                return null;
            }
            keys.Add(key.Text);
        }
        return keys;
    }

    /// <summary>An argument that is an array of objects.</summary>
    private static ObjectValue[]? Objects(CallArguments arguments, int index)
    {
        if (arguments.Exactly<ArrayValue>(index, ValueKind.Array) is not { } array)
        {
            return null;
        }
        var objects = new ObjectValue[array.Count];
        for (int i = 0; i < objects.Length; i++)
        {
            if (array[i] is not ObjectValue map)
            {
                arguments.Fail(index, ScalarConversion.Mismatch(ValueKind.Object, array[i]).Message, ValuePath.At(i));
                return null;
            }
            objects[i] = map;
        }
        return objects;
    }

    // Numbers match only where they are held alike: 1 and 1.0 do not.
    private static bool SameIn(ObjectValue left, ObjectValue right, string key) =>
        left.TryGet(key, out Value? one) && right.TryGet(key, out Value? other)
        && ((one as NumberValue)?.NumberKind == (other as NumberValue)?.NumberKind) && one.Equals(other);

    private static MapValue Merge(ObjectValue left, ObjectValue right)
    {
        var fields = new Dictionary<string, Value>(left.Count + right.Count, StringComparer.Ordinal);
        foreach (string key in left.Keys)
        {
            fields[key] = left[key];
        }
        foreach (string key in right.Keys)
        {
            fields[key] = right[key];
        }
        return new MapValue(fields);
    }

    private static Value? GroupBy(CallArguments arguments)
    {
        if (arguments.Count != 3)
        {
            return arguments.Fail($"group_by: expected 3 arguments, got {arguments.Count}");
        }
        if (arguments.Exactly<ArrayValue>(0, ValueKind.Array) is null
            || arguments.Exactly<StringValue>(1, ValueKind.String) is not { } key
            || arguments.Exactly<BoolValue>(2, ValueKind.Bool) is not { } dropMissing
            || Objects(arguments, 0) is not { } items)
        {
            return null;
        }
        // Groups come in the order of their first items; Alloy's come in any order.
        var groups = new OrderedDictionary<StringValue, List<Value>>();
        for (int i = 0; i < items.Length; i++)
        {
            StringValue group = new("");
            if (items[i].TryGet(key.Text, out Value? value))
            {
                if (value is not StringValue text)
                {
                    return arguments.Fail(0, ScalarConversion.Mismatch(ValueKind.String, value).Message, ValuePath.At(i, ValuePath.At(key.Text)));
                }
                group = text;
            }
            else if (dropMissing.IsTrue)
            {
                continue;
            }
            if (!groups.TryGetValue(group, out List<Value>? members))
            {
                groups[group] = members = [];
            }
            members.Add(items[i]);
        }
        return new ListValue([.. groups.Select(group => Group(key.Text, group.Key, group.Value))]);
    }

    private static MapValue Group(string key, StringValue value, List<Value> members)
    {
        var fields = new Dictionary<string, Value>(StringComparer.Ordinal) { [key] = value };
        fields["items"] = new ListValue(members);
        return new MapValue(fields);
    }
}
