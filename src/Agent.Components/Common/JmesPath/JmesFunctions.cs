namespace Agent.Components.Common.JmesPath;

/// <summary>The built-in functions: how many arguments each takes, of which types, and what it does.</summary>
internal static class JmesFunctions
{
    private delegate JmesValue Body(JmesArguments arguments);

    // Types by letter: s string, n number, a array, o object, e expression, * any. The last repeats up to Most.
    private static readonly Dictionary<string, (int Least, int Most, string Types, Body Body)> Table = new(StringComparer.Ordinal)
    {
        ["abs"] = (1, 1, "n", static a => JmesValue.Of(Math.Abs(a.Number(0)))),
        ["avg"] = (1, 1, "a", static a => a.Numbers(0) is { Length: > 0 } all ? JmesValue.Of(all.Sum() / all.Length) : JmesValue.Null),
        ["ceil"] = (1, 1, "n", static a => JmesValue.Of(Math.Ceiling(a.Number(0)))),
        ["contains"] = (2, 2, "**", JmesListFunctions.Contains),
        ["ends_with"] = (2, 2, "ss", static a => JmesValue.Of(a.Text(0).EndsWith(a.Text(1), StringComparison.Ordinal))),
        ["find_first"] = (2, 4, "ssnn", static a => JmesTextFunctions.Find(a, last: false)),
        ["find_last"] = (2, 4, "ssnn", static a => JmesTextFunctions.Find(a, last: true)),
        ["floor"] = (1, 1, "n", static a => JmesValue.Of(Math.Floor(a.Number(0)))),
        ["from_items"] = (1, 1, "a", JmesListFunctions.FromItems),
        ["group_by"] = (2, 2, "ae", JmesListFunctions.GroupBy),
        ["items"] = (1, 1, "o", static a => JmesValue.Of([.. a[0].AsObject.Select(static f => JmesValue.Of([JmesValue.Of(f.Key), f.Value]))])),
        ["join"] = (2, 2, "sa", static a => JmesValue.Of(string.Join(a.Text(0), a.Texts(1)))),
        ["keys"] = (1, 1, "o", static a => JmesValue.Of([.. a[0].AsObject.Keys.Select(JmesValue.Of)])),
        ["length"] = (1, 1, "*", JmesListFunctions.Length),
        ["lower"] = (1, 1, "s", static a => JmesValue.Of(a.Text(0).ToLowerInvariant())),
        ["map"] = (2, 2, "ea", static a => JmesValue.Of([.. a[1].AsArray.Select(item => a.Apply(0, item))])),
        ["max"] = (1, 1, "a", static a => JmesListFunctions.Extreme(a, 1)),
        ["max_by"] = (2, 2, "ae", static a => JmesListFunctions.ExtremeBy(a, 1)),
        ["merge"] = (1, int.MaxValue, "o", JmesListFunctions.Merge),
        ["min"] = (1, 1, "a", static a => JmesListFunctions.Extreme(a, -1)),
        ["min_by"] = (2, 2, "ae", static a => JmesListFunctions.ExtremeBy(a, -1)),
        ["not_null"] = (1, int.MaxValue, "*", static a => a.Values.FirstOrDefault(static value => !value.IsNull)),
        ["pad_left"] = (2, 3, "sns", static a => JmesTextFunctions.Pad(a, left: true)),
        ["pad_right"] = (2, 3, "sns", static a => JmesTextFunctions.Pad(a, left: false)),
        ["replace"] = (3, 4, "sssn", JmesTextFunctions.Replace),
        ["reverse"] = (1, 1, "*", JmesListFunctions.Reverse),
        ["sort"] = (1, 1, "a", static a => JmesValue.Of([.. a[0].AsArray.Order(a.Ordering(a[0].AsArray))])),
        ["sort_by"] = (2, 2, "ae", JmesListFunctions.SortBy),
        ["split"] = (2, 3, "ssn", JmesTextFunctions.Split),
        ["starts_with"] = (2, 2, "ss", static a => JmesValue.Of(a.Text(0).StartsWith(a.Text(1), StringComparison.Ordinal))),
        ["sum"] = (1, 1, "a", static a => JmesValue.Of(a.Numbers(0).Sum())),
        ["to_array"] = (1, 1, "*", static a => a[0].Kind == JmesKind.Array ? a[0] : JmesValue.Of([a[0]])),
        ["to_number"] = (1, 1, "*", JmesTextFunctions.ToNumber),
        ["to_string"] = (1, 1, "*", static a => a[0].Kind == JmesKind.String ? a[0] : JmesValue.Of(JmesJson.Write(a[0]))),
        ["trim"] = (1, 2, "ss", static a => JmesTextFunctions.Trim(a, left: true, right: true)),
        ["trim_left"] = (1, 2, "ss", static a => JmesTextFunctions.Trim(a, left: true, right: false)),
        ["trim_right"] = (1, 2, "ss", static a => JmesTextFunctions.Trim(a, left: false, right: true)),
        ["type"] = (1, 1, "*", static a => JmesValue.Of(JmesArguments.TypeName(a[0].Kind))),
        ["upper"] = (1, 1, "s", static a => JmesValue.Of(a.Text(0).ToUpperInvariant())),
        ["values"] = (1, 1, "o", static a => JmesValue.Of([.. a[0].AsObject.Values])),
        ["zip"] = (1, int.MaxValue, "a", JmesListFunctions.Zip),
    };

    public static JmesValue Call(string name, IReadOnlyList<JmesValue> values, JmesScope scope)
    {
        if (!Table.TryGetValue(name, out (int Least, int Most, string Types, Body Body) function))
        {
            throw new JmesException($"unknown function: {name}");
        }
        if (values.Count < function.Least || values.Count > function.Most)
        {
            throw new JmesException($"invalid arity, the function '{name}' takes from {function.Least} to {function.Most} arguments but {values.Count} were supplied");
        }
        for (int i = 0; i < values.Count; i++)
        {
            char wanted = function.Types[Math.Min(i, function.Types.Length - 1)];
            bool fits = wanted == '*' ? values[i].Kind != JmesKind.Expression : values[i].Kind == KindOf(wanted);
            if (!fits)
            {
                throw new JmesException($"invalid type for argument {i + 1} of {name}: {JmesArguments.TypeName(values[i].Kind)}");
            }
        }
        return function.Body(new JmesArguments(name, values, scope));
    }

    private static JmesKind KindOf(char letter) => letter switch
    {
        's' => JmesKind.String,
        'n' => JmesKind.Number,
        'a' => JmesKind.Array,
        'o' => JmesKind.Object,
        _ => JmesKind.Expression,
    };
}
