using System.Globalization;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Promtail.Stages;

/// <summary>The arguments of one pipeline stage. They are read without a schema first, as promtail does.</summary>
/// <remarks>Loose stages take text for numbers and truth values, and the other way round.</remarks>
internal sealed class StageArguments
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly YamlNode? _node;
    private readonly bool _loose;

    public StageArguments(YamlNode? node, bool loose = false)
    {
        _node = node;
        _loose = loose;
        if (node is { Kind: not (YamlKind.Map or YamlKind.Null) })
        {
            Error = $"expected a map, got '{GoText.TypeOf(node)}'";
        }
    }

    /// <summary>The first value of a wrong type, or null.</summary>
    public string? Error { get; private set; }

    public IEnumerable<string> Unread => (_node?.Fields ?? []).Select(static argument => argument.Key).Where(key => !_read.Contains(key));

    public YamlNode? Get(string name)
    {
        YamlField? found = null;
        foreach (YamlField field in _node?.Fields ?? [])
        {
            if (field.Key == name || (found is null && field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                found = field;
            }
        }
        if (found is null)
        {
            return null;
        }
        _read.Add(found.Key);
        return found.Value.Kind == YamlKind.Null ? null : found.Value;
    }

    public string? Text(string name) => Get(name) is { } node ? TextOf(name, node) : null;

    public bool? Flag(string name)
    {
        if (Get(name) is not { } node)
        {
            return null;
        }
        if ((node.Kind == YamlKind.Bool || (_loose && node.IsScalar)) && YamlScalar.TryBool(node.Text, out bool value))
        {
            return value;
        }
        return Wrong<bool?>(name, node, "bool");
    }

    public long? Number(string name)
    {
        if (Get(name) is not { } node)
        {
            return null;
        }
        if ((node.Kind == YamlKind.Int || (_loose && node.IsScalar)) && YamlScalar.TryInt(node.Text, out long value))
        {
            return value;
        }
        return Wrong<long?>(name, node, "int");
    }

    public double? Float(string name) => Get(name) is { } node ? FloatOf(name, node) : null;

    public IReadOnlyList<double> Floats(string name) => [.. List(name).Select(item => FloatOf(name, item) ?? 0)];

    public IReadOnlyList<string> Texts(string name) => [.. List(name).Select(item => TextOf(name, item) ?? "")];

    /// <summary>A map of text, sorted by key; what is null there is null here.</summary>
    public SortedDictionary<string, string?> TextMap(string name) => Get(name) is { } node ? MapOf(name, node) : [];

    /// <summary>The stage's arguments as a whole are a map of text.</summary>
    public SortedDictionary<string, string?> AsTextMap()
    {
        foreach (YamlField field in _node?.Fields ?? [])
        {
            _read.Add(field.Key);
        }
        return _node is { Kind: YamlKind.Map } ? MapOf("", _node) : [];
    }

    private SortedDictionary<string, string?> MapOf(string name, YamlNode node)
    {
        var map = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        if (node.Kind != YamlKind.Map)
        {
            Wrong<bool?>(name, node, "map");
        }
        foreach (YamlField field in node.Fields)
        {
            map[field.Key] = field.Value.Kind == YamlKind.Null ? null : TextOf($"{name}[{field.Key}]", field.Value);
        }
        return map;
    }

    private IReadOnlyList<YamlNode> List(string name)
    {
        if (Get(name) is not { } node)
        {
            return [];
        }
        if (node.Kind != YamlKind.List && !(_loose && node.IsScalar))
        {
            Wrong<bool?>(name, node, "slice");
        }
        return node.IsScalar ? [node] : node.Items;
    }

    private string? TextOf(string name, YamlNode node) =>
        node.Kind is YamlKind.Text or YamlKind.Null || (_loose && node.IsScalar) ? node.Text : Wrong<string>(name, node, "string");

    private double? FloatOf(string name, YamlNode node) =>
        (node.Kind is YamlKind.Int or YamlKind.Float || (_loose && node.IsScalar))
            && double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : Wrong<double?>(name, node, "float64");

    private T? Wrong<T>(string name, YamlNode node, string type)
    {
        Error ??= $"'{name}' expected type '{type}', got unconvertible type '{GoText.TypeOf(node)}', value: '{GoText.Of(node)}'";
        return default;
    }
}
