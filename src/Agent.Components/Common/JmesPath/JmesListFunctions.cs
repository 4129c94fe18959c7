namespace Agent.Components.Common.JmesPath;

internal static class JmesListFunctions
{
    public static JmesValue Contains(JmesArguments arguments) => arguments[0].Kind switch
    {
        JmesKind.String => JmesValue.Of(
            arguments[1].Kind == JmesKind.String && arguments.Text(0).Contains(arguments.Text(1), StringComparison.Ordinal)),
        JmesKind.Array => JmesValue.Of(arguments[0].AsArray.Any(item => item.SameAs(arguments[1]))),
        _ => throw arguments.Refused("neither a string nor an array"),
    };

    public static JmesValue Length(JmesArguments arguments) => arguments[0].Kind switch
    {
        JmesKind.String => JmesValue.Of((double)arguments.Text(0).EnumerateRunes().Count()),
        JmesKind.Array => JmesValue.Of((double)arguments[0].AsArray.Count),
        JmesKind.Object => JmesValue.Of((double)arguments[0].AsObject.Count),
        _ => throw arguments.Refused("neither a string, an array nor an object"),
    };

    public static JmesValue Reverse(JmesArguments arguments) => arguments[0].Kind switch
    {
        JmesKind.String => JmesValue.Of(string.Concat(Enumerable.Reverse(arguments.Text(0).EnumerateRunes().ToArray()))),
        JmesKind.Array => JmesValue.Of([.. Enumerable.Reverse(arguments[0].AsArray.ToArray())]),
        _ => throw arguments.Refused("neither a string nor an array"),
    };

    public static JmesValue FromItems(JmesArguments arguments)
    {
        SortedDictionary<string, JmesValue> result = JmesValue.NewObject();
        foreach (JmesValue pair in arguments[0].AsArray)
        {
            if (pair.Kind != JmesKind.Array || pair.AsArray is not [{ Kind: JmesKind.String } name, var value])
            {
                throw arguments.Refused("every item must be a pair of a string and a value");
            }
            result[name.AsString] = value;
        }
        return JmesValue.Of(result);
    }

    public static JmesValue GroupBy(JmesArguments arguments)
    {
        var groups = new Dictionary<string, List<JmesValue>>(StringComparer.Ordinal);
        foreach (JmesValue item in arguments[0].AsArray)
        {
            JmesValue key = arguments.Apply(1, item);
            if (key.IsNull)
            {
                continue;
            }
            if (key.Kind != JmesKind.String)
            {
                throw arguments.Refused("the expression must give a string");
            }
            if (!groups.TryGetValue(key.AsString, out List<JmesValue>? group))
            {
                groups.Add(key.AsString, group = []);
            }
            group.Add(item);
        }
        SortedDictionary<string, JmesValue> result = JmesValue.NewObject();
        foreach ((string key, List<JmesValue> group) in groups)
        {
            result[key] = JmesValue.Of(group);
        }
        return JmesValue.Of(result);
    }

    /// <summary>The largest when <paramref name="sign"/> is 1, the smallest when it is -1; the first of equals.</summary>
    public static JmesValue Extreme(JmesArguments arguments, int sign)
    {
        IReadOnlyList<JmesValue> items = arguments[0].AsArray;
        return Pick(items, items, arguments.Ordering(items), sign);
    }

    public static JmesValue ExtremeBy(JmesArguments arguments, int sign)
    {
        IReadOnlyList<JmesValue> items = arguments[0].AsArray;
        JmesValue[] keys = [.. items.Select(item => arguments.Apply(1, item))];
        return Pick(items, keys, arguments.Ordering(keys), sign);
    }

    public static JmesValue SortBy(JmesArguments arguments)
    {
        IReadOnlyList<JmesValue> items = arguments[0].AsArray;
        JmesValue[] keys = [.. items.Select(item => arguments.Apply(1, item))];
        Comparer<JmesValue> ordering = arguments.Ordering(keys);
        return JmesValue.Of([.. Enumerable.Range(0, keys.Length).OrderBy(i => keys[i], ordering).Select(i => items[i])]);
    }

    public static JmesValue Merge(JmesArguments arguments)
    {
        SortedDictionary<string, JmesValue> result = JmesValue.NewObject();
        foreach (JmesValue source in arguments.Values)
        {
            foreach ((string name, JmesValue value) in source.AsObject)
            {
                result[name] = value;
            }
        }
        return JmesValue.Of(result);
    }

    public static JmesValue Zip(JmesArguments arguments)
    {
        int length = arguments.Values.Min(static list => list.AsArray.Count);
        return JmesValue.Of([.. Enumerable.Range(0, length).Select(
            i => JmesValue.Of([.. arguments.Values.Select(list => list.AsArray[i])]))]);
    }

    private static JmesValue Pick(IReadOnlyList<JmesValue> items, IReadOnlyList<JmesValue> keys, Comparer<JmesValue> ordering, int sign)
    {
        int best = 0;
        for (int i = 1; i < items.Count; i++)
        {
            best = ordering.Compare(keys[i], keys[best]) * sign > 0 ? i : best;
        }
        return items.Count > 0 ? items[best] : JmesValue.Null;
    }
}
