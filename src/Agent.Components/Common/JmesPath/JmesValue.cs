namespace Agent.Components.Common.JmesPath;

public enum JmesKind
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,

    /// <summary>An expression passed to a function: <c>&amp;age</c>.</summary>
    Expression,
}

/// <summary>A JSON value. Numbers are doubles; the keys of objects are in order, as Go prints them.</summary>
public readonly struct JmesValue
{
    private readonly object? _content;
    private readonly double _number;

    private JmesValue(JmesKind kind, object? content, double number = 0)
    {
        Kind = kind;
        _content = content;
        _number = number;
    }

    public JmesKind Kind { get; }

    public static JmesValue Null => default;

    public bool IsNull => Kind == JmesKind.Null;

    public bool AsBoolean => _number != 0;

    public double AsNumber => _number;

    public string AsString => (string)_content!;

    public IReadOnlyList<JmesValue> AsArray => (IReadOnlyList<JmesValue>)_content!;

    public IReadOnlyDictionary<string, JmesValue> AsObject => (SortedDictionary<string, JmesValue>)_content!;

    internal JmesNode AsExpression => (JmesNode)_content!;

    /// <summary>False for null, false, and what is empty.</summary>
    internal bool IsTrue => Kind switch
    {
        JmesKind.Null => false,
        JmesKind.Boolean => AsBoolean,
        JmesKind.String => AsString.Length > 0,
        JmesKind.Array => AsArray.Count > 0,
        JmesKind.Object => AsObject.Count > 0,
        _ => true,
    };

    public static JmesValue Of(bool value) => new(JmesKind.Boolean, null, value ? 1 : 0);

    public static JmesValue Of(double value) => new(JmesKind.Number, null, value);

    public static JmesValue Of(string value) => new(JmesKind.String, value);

    public static JmesValue Of(IReadOnlyList<JmesValue> items) => new(JmesKind.Array, items);

    internal static JmesValue Of(SortedDictionary<string, JmesValue> fields) => new(JmesKind.Object, fields);

    internal static JmesValue Of(JmesNode expression) => new(JmesKind.Expression, expression);

    internal static SortedDictionary<string, JmesValue> NewObject() => new(StringComparer.Ordinal);

    internal JmesValue Field(string name) =>
        Kind == JmesKind.Object && AsObject.TryGetValue(name, out JmesValue value) ? value : Null;

    internal bool SameAs(JmesValue other)
    {
        if (Kind != other.Kind)
        {
            return false;
        }
        switch (Kind)
        {
            case JmesKind.Boolean or JmesKind.Number:
                return _number == other._number;
            case JmesKind.String:
                return AsString == other.AsString;
            case JmesKind.Array:
                return AsArray.Count == other.AsArray.Count && AsArray.Zip(other.AsArray).All(static pair => pair.First.SameAs(pair.Second));
            case JmesKind.Object:
                JmesValue right = other;
                return AsObject.Count == other.AsObject.Count
                    && AsObject.All(field => right.AsObject.TryGetValue(field.Key, out JmesValue value) && field.Value.SameAs(value));
            default:
                return Kind == JmesKind.Null;
        }
    }
}
