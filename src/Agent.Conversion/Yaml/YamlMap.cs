using Agent.Sdk;

namespace Agent.Conversion.Yaml;

/// <summary>Reads the fields of a YAML map by name and type. Every field that is read or expected is known, all others are mistakes.</summary>
/// <remarks>A field that is missing or null has its default. A wrong value is a problem, and has its default as well.</remarks>
internal sealed class YamlMap
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly string _type;

    private YamlMap(YamlNode node, string type, YamlProblems problems)
    {
        Node = node;
        Problems = problems;
        _type = type;
        foreach (YamlField field in node.Fields)
        {
            _values[field.Key] = field.Value;
        }
        problems.Watch(this);
    }

    public YamlNode Node { get; }

    public YamlProblems Problems { get; }

    /// <summary>The fields of a map; of anything else but null a problem, and an empty map.</summary>
    /// <param name="node">Read several times it gives one map, so that what is known adds up.</param>
    /// <param name="type">The name of the type that errors show.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static YamlMap Of(YamlNode node, string type, YamlProblems problems)
    {
        if (node.Kind is not (YamlKind.Map or YamlKind.Null) && node.Map is null)
        {
            problems.Type(node, type);
        }
        return node.Map ??= new YamlMap(node, type, problems);
    }

    /// <summary>Fields that are expected, whether or not somebody reads them.</summary>
    public void Expect(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            _known.Add(key);
        }
    }

    /// <summary>All fields are expected.</summary>
    public void ExpectAll()
    {
        foreach (string key in _values.Keys)
        {
            _known.Add(key);
        }
    }

    /// <summary>The node of a field, or null where it is missing or null.</summary>
    public YamlNode? Get(string key)
    {
        _known.Add(key);
        return _values.TryGetValue(key, out YamlNode? value) && value.Kind != YamlKind.Null ? value : null;
    }

    public bool Has(string key) => Get(key) is not null;

    /// <summary>True where the field is written, though it may be null.</summary>
    public bool IsWritten(string key)
    {
        _known.Add(key);
        return _values.ContainsKey(key);
    }

    public string Text(string key, string fallback = "") => TextOrNull(key) ?? fallback;

    public string? TextOrNull(string key) => Get(key) is { } node ? TextOf(node) : null;

    public bool Flag(string key, bool fallback = false)
    {
        if (Get(key) is not { } node)
        {
            return fallback;
        }
        if (node.Kind == YamlKind.Bool && YamlScalar.TryBool(node.Text, out bool value))
        {
            return value;
        }
        Problems.Type(node, "bool");
        return fallback;
    }

    public long Number(string key, long fallback = 0)
    {
        if (Get(key) is not { } node)
        {
            return fallback;
        }
        if (node.Kind == YamlKind.Int && YamlScalar.TryInt(node.Text, out long value))
        {
            return value;
        }
        Problems.Type(node, "int");
        return fallback;
    }

    public double Float(string key, double fallback = 0)
    {
        if (Get(key) is not { } node)
        {
            return fallback;
        }
        if (node.Kind is YamlKind.Int or YamlKind.Float && YamlScalar.TryFloat(node.Text, out double value))
        {
            return value;
        }
        Problems.Type(node, "float64");
        return fallback;
    }

    /// <summary>A duration of Prometheus, such as <c>1d</c>.</summary>
    public TimeSpan PrometheusDuration(string key, TimeSpan fallback)
    {
        if (Get(key) is not { } node)
        {
            return fallback;
        }
        if (GoDuration.TryParsePrometheus(node.Text, out TimeSpan value, out string? error))
        {
            return value;
        }
        Problems.Invalid(node, error);
        return fallback;
    }

    /// <summary>A duration of Go, such as <c>1.5s</c>; a bare number is nanoseconds.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback)
    {
        if (Get(key) is not { } node)
        {
            return fallback;
        }
        if (node.Kind == YamlKind.Int && YamlScalar.TryInt(node.Text, out long nanoseconds))
        {
            return new TimeSpan(nanoseconds / TimeSpan.NanosecondsPerTick);
        }
        if (node.IsScalar && GoDuration.TryParse(node.Text, out TimeSpan value, out _))
        {
            return value;
        }
        Problems.Type(node, "time.Duration");
        return fallback;
    }

    public IReadOnlyList<string> Texts(string key) => [.. Items(key).Select(TextOf)];

    /// <summary>A map of text, sorted by key.</summary>
    public SortedDictionary<string, string> TextMap(string key)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (YamlField field in Fields(key))
        {
            map[field.Key] = TextOf(field.Value);
        }
        return map;
    }

    public IReadOnlyList<YamlField> Fields(string key)
    {
        if (Get(key) is { Kind: not YamlKind.Map } wrong)
        {
            Problems.Type(wrong, "map[string]string");
        }
        return Get(key)?.Fields ?? [];
    }

    public IReadOnlyList<YamlNode> Items(string key)
    {
        if (Get(key) is { Kind: not YamlKind.List } wrong)
        {
            Problems.Type(wrong, "[]string");
        }
        return Get(key)?.Items ?? [];
    }

    /// <summary>A nested map, or null where it is missing.</summary>
    public YamlMap? Map(string key, string type) => Get(key) is { } node ? Of(node, type, Problems) : null;

    /// <summary>A nested map, empty where it is missing.</summary>
    public YamlMap MapOrEmpty(string key, string type) =>
        Map(key, type) ?? new YamlMap(new YamlNode { Line = Node.Line, Size = 1, Kind = YamlKind.Null }, type, Problems);

    public IReadOnlyList<YamlMap> Maps(string key, string type) => [.. Items(key).Select(item => Of(item, type, Problems))];

    public string TextOf(YamlNode node)
    {
        if (node.Kind == YamlKind.Null)
        {
            return "";
        }
        if (!node.IsScalar)
        {
            Problems.Type(node, "string");
        }
        return node.Text;
    }

    public void ReportUnknown()
    {
        foreach (YamlField field in Node.Fields)
        {
            if (!_known.Contains(field.Key))
            {
                Problems.Field(field.Line, $"field {field.Key} not found in type {_type}");
            }
        }
    }
}
