using System.Globalization;
using System.Text;
using Agent.Components.Common.Yaml;
using Agent.Sdk;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>Reads the fields of one YAML map by name; all that is wrong is collected with its line, worded as Go's YAML decoder words it.</summary>
internal sealed class YamlFields
{
    private const int LongestQuote = 10;
    private const int QuotedPart = 7;

    private readonly YamlTree _node;
    private readonly Dictionary<string, YamlTree> _fields;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _problems;
    private readonly string _type;

    /// <param name="node">A map; anything else is a problem, and has no fields.</param>
    /// <param name="type">The name that Go gives to what is read, which stands in the text of problems.</param>
    /// <param name="problems">Collects what is wrong.</param>
    public YamlFields(YamlTree node, string type, List<string> problems)
    {
        (_node, _type, _problems) = (node, type, problems);
        _fields = node.Fields ?? [];
        if (node.Fields is null && !node.IsNull)
        {
            Wrong(node, type);
        }
    }

    public bool Has(string name) => _fields.TryGetValue(name, out YamlTree? value) && !value.IsNull;

    /// <summary>Null where the field is missing or null.</summary>
    public YamlTree? Take(string name)
    {
        _known.Add(name);
        return _fields.TryGetValue(name, out YamlTree? value) && !value.IsNull ? value : null;
    }

    public string Text(string name, string missing = "") => Take(name) is { } value ? TextOf(value) : missing;

    public bool Bool(string name, bool missing = false)
    {
        switch (Take(name))
        {
            case null:
                return missing;
            case { IsPlain: true, Text: "true" or "True" or "TRUE" or "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" }:
                return true;
            case { IsPlain: true, Text: "false" or "False" or "FALSE" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF" }:
                return false;
            case { } other:
                Wrong(other, "bool");
                return missing;
        }
    }

    public int Int(string name, int missing = 0) => Take(name) is { } value ? IntOf(value) ?? missing : missing;

    public TimeSpan Duration(string name)
    {
        if (Take(name) is not { } value)
        {
            return default;
        }
        if (value.Text is { } text && GoDuration.TryParse(text, out TimeSpan duration, out _))
        {
            return duration;
        }
        Wrong(value, "time.Duration");
        return default;
    }

    public List<T> Items<T>(string name, string type, Func<YamlTree, T> read)
    {
        if (Take(name) is not { } value)
        {
            return [];
        }
        if (value.Items is { } items)
        {
            return [.. items.Select(read)];
        }
        Wrong(value, type);
        return [];
    }

    public List<string> Texts(string name) => Items(name, "[]string", TextOf);

    public List<int> Ints(string name) => Items(name, "[]int", item => IntOf(item) ?? 0);

    public List<Pattern> Patterns(string name) => [.. Items(name, "[]config.Regexp", PatternOf).OfType<Pattern>()];

    public List<KeyValuePair<string, T>> Entries<T>(string name, string type, Func<YamlTree, T> read)
    {
        if (Take(name) is not { } value)
        {
            return [];
        }
        if (value.Fields is { } fields)
        {
            return [.. fields.Select(field => new KeyValuePair<string, T>(field.Key, read(field.Value)))];
        }
        Wrong(value, type);
        return [];
    }

    public T? Object<T>(string name, string type, Func<YamlFields, T> read)
        where T : class => Take(name) is { } value ? Read(value, type, read) : null;

    /// <summary>Reads a map, and reports the fields that nobody has asked for.</summary>
    public T Read<T>(YamlTree node, string type, Func<YamlFields, T> read) => Read(node, type, _problems, read);

    public static T Read<T>(YamlTree node, string type, List<string> problems, Func<YamlFields, T> read)
    {
        var fields = new YamlFields(node, type, problems);
        T value = read(fields);
        fields.ReportUnknown();
        return value;
    }

    public string TextOf(YamlTree value)
    {
        if (value.Text is null)
        {
            Wrong(value, "string");
        }
        return value.Text ?? "";
    }

    /// <summary>Text as bytes, or the bytes themselves where they are written in base64 with the tag <c>!!binary</c>.</summary>
    public byte[] Bytes(string name)
    {
        if (Take(name) is not { } value)
        {
            return [];
        }
        try
        {
            return value.IsBinary ? Convert.FromBase64String(value.Text!) : Encoding.UTF8.GetBytes(TextOf(value));
        }
        catch (FormatException)
        {
            Problem(value.Line, "!!binary value contains invalid base64 data");
            return [];
        }
    }

    public Pattern? PatternOf(YamlTree value)
    {
        if (value.Text is null)
        {
            Wrong(value, "string");
            return null;
        }
        if (!Pattern.TryParse(value.Text, PatternOptions.None, out Pattern? pattern, out string? error))
        {
            Problem(value.Line, $"\"Could not compile regular expression\" regexp=\"{value.Text}\": {error}");
        }
        return pattern;
    }

    /// <summary>A problem of the map as a whole, or of the field of that name.</summary>
    public void Problem(string message, string? name = null) =>
        Problem(name is not null && _fields.TryGetValue(name, out YamlTree? value) ? value.KeyLine : _node.Line, message);

    private void Problem(long line, string message) => _problems.Add($"line {line}: {message}");

    private void ReportUnknown()
    {
        foreach ((string name, YamlTree value) in _fields)
        {
            if (!_known.Contains(name))
            {
                Problem(value.KeyLine, $"field {name} not found in type {_type}");
            }
        }
    }

    private int? IntOf(YamlTree value)
    {
        if (value is { IsPlain: true, Text: { } text } && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }
        Wrong(value, "int");
        return null;
    }

    private void Wrong(YamlTree value, string wanted) => Problem(value.Line, $"cannot unmarshal {TagOf(value)} into {wanted}");

    private static string TagOf(YamlTree value)
    {
        if (value.Fields is not null)
        {
            return "!!map";
        }
        if (value.Text is not { } text)
        {
            return "!!seq";
        }
        string tag = value.IsPlain && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? "!!int"
            : value.IsPlain && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "!!float"
            : value is { IsPlain: true, Text: "true" or "false" } ? "!!bool" : "!!str";
        return $"{tag} `{(text.Length > LongestQuote ? text[..QuotedPart] + "..." : text)}`";
    }
}
