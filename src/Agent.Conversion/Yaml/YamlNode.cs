namespace Agent.Conversion.Yaml;

/// <summary>A node of a YAML document: one of text, items or fields. Aliases share the node they stand for.</summary>
internal sealed class YamlNode
{
    private const int MostShown = 10;

    /// <summary>1-based.</summary>
    public required int Line { get; init; }

    /// <summary>How many nodes this would be with every alias written out.</summary>
    public required long Size { get; init; }

    public YamlKind Kind { get; init; }

    /// <summary>The text of a scalar as it was written; empty for others.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<YamlNode> Items { get; init; } = [];

    public IReadOnlyList<YamlField> Fields { get; init; } = [];

    public bool IsScalar => Kind is not (YamlKind.List or YamlKind.Map);

    /// <summary>Which fields have been asked for, made on first use.</summary>
    public YamlMap? Map { get; set; }

    /// <summary>The node as an error about its type shows it: <c>!!str `some te...`</c>.</summary>
    public string Shown => Kind switch
    {
        YamlKind.List => "!!seq",
        YamlKind.Map => "!!map",
        YamlKind.Null => "!!null `" + Text + "`",
        YamlKind.Bool => "!!bool " + Shortened,
        YamlKind.Int => "!!int " + Shortened,
        YamlKind.Float => "!!float " + Shortened,
        _ => "!!str " + Shortened,
    };

    private string Shortened => "`" + (Text.Length > MostShown ? Text[..(MostShown - 3)] + "..." : Text) + "`";
}

/// <summary>A key with its value.</summary>
internal sealed record YamlField(string Key, int Line, YamlNode Value);

/// <summary>What a node is; scalars without quotes may be more than text.</summary>
internal enum YamlKind
{
    Text,
    Null,
    Bool,
    Int,
    Float,
    List,
    Map,
}
