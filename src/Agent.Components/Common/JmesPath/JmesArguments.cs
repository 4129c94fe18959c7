namespace Agent.Components.Common.JmesPath;

/// <summary>The evaluated arguments of one call.</summary>
internal sealed class JmesArguments(string function, IReadOnlyList<JmesValue> values, JmesScope scope)
{
    public IReadOnlyList<JmesValue> Values => values;

    public int Count => values.Count;

    public JmesValue this[int index] => values[index];

    public string Text(int index) => values[index].AsString;

    public double Number(int index) => values[index].AsNumber;

    /// <summary>A whole number, not below zero unless allowed.</summary>
    public int Whole(int index, bool signed = false)
    {
        double value = Number(index);
        return Math.Floor(value) == value && Math.Abs(value) < int.MaxValue && (signed || value >= 0)
            ? (int)value
            : throw Refused($"argument {index + 1} is not a whole number");
    }

    public double[] Numbers(int index) => [.. All(index, JmesKind.Number).Select(static value => value.AsNumber)];

    public string[] Texts(int index) => [.. All(index, JmesKind.String).Select(static value => value.AsString)];

    public JmesValue Apply(int index, JmesValue item) => values[index].AsExpression.Evaluate(item, scope);

    /// <summary>How to order values that must be all numbers or all strings.</summary>
    public Comparer<JmesValue> Ordering(IReadOnlyList<JmesValue> items)
    {
        JmesKind kind = items.Count > 0 ? items[0].Kind : JmesKind.Number;
        if (kind is not (JmesKind.Number or JmesKind.String) || items.Any(item => item.Kind != kind))
        {
            throw Refused("values must be all numbers or all strings");
        }
        return kind == JmesKind.Number
            ? Comparer<JmesValue>.Create(static (a, b) => a.AsNumber.CompareTo(b.AsNumber))
            : Comparer<JmesValue>.Create(static (a, b) => string.CompareOrdinal(a.AsString, b.AsString));
    }

    public JmesException Refused(string why) => new($"invalid value for function {function}: {why}");

    public static string TypeName(JmesKind kind) => kind switch
    {
        JmesKind.Null => "null",
        JmesKind.Boolean => "boolean",
        JmesKind.Number => "number",
        JmesKind.String => "string",
        JmesKind.Array => "array",
        JmesKind.Object => "object",
        _ => "expression",
    };

    private IReadOnlyList<JmesValue> All(int index, JmesKind kind) =>
        values[index].AsArray.All(value => value.Kind == kind)
            ? values[index].AsArray
            : throw Refused($"every item must be a {TypeName(kind)}");
}
