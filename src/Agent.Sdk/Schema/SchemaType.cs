namespace Agent.Sdk.Schema;

public enum SchemaKind
{
    Any,
    String,
    Secret,
    Bool,
    Number,
    Duration,
    ByteSize,
    Pattern,
    Uri,
    Enumeration,
    List,
    Map,
    Target,
    Capsule,
    Object,
}

/// <summary>The type of an argument or of an export, as far as users, diagnostics, docs and completion need it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">As users read it: <c>string</c>, <c>duration</c>, <c>list(string)</c>, <c>capsule("loki.LogsReceiver")</c>.</param>
public sealed record SchemaType(SchemaKind Kind, string Name)
{
    /// <summary>What a list or a map holds.</summary>
    public SchemaType? Element { get; init; }

    /// <summary>The words an enumeration allows.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    public static SchemaType Any { get; } = new(SchemaKind.Any, "any");

    public static SchemaType Text { get; } = new(SchemaKind.String, "string");

    /// <summary>A secret that always is one.</summary>
    public static SchemaType Secret { get; } = new(SchemaKind.Secret, "secret");

    /// <summary>Text that may turn out to be a secret.</summary>
    public static SchemaType OptionalSecret { get; } = new(SchemaKind.Secret, "optional secret");

    public static SchemaType ListOf(SchemaType element) => new(SchemaKind.List, $"list({element.Name})") { Element = element };

    public static SchemaType MapOf(SchemaType element) => new(SchemaKind.Map, $"map({element.Name})") { Element = element };
}

/// <summary>One attribute that a block takes.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Type">What it takes.</param>
/// <param name="Required">An error where it is missing.</param>
/// <param name="Default">The default as configuration text, or null where there is none to show.</param>
/// <param name="Summary">One sentence for the docs.</param>
public sealed record AttributeSchema(string Name, SchemaType Type, bool Required, string? Default, string Summary)
{
    public string? NotHonoured { get; init; }

    public string? Deprecated { get; init; }
}

/// <summary>A block inside a block.</summary>
/// <param name="Name">As users write it; dotted where the block's name is, such as <c>stage.regex</c>.</param>
/// <param name="Schema">What it holds; by reference, since <c>stage.match</c> holds stages again.</param>
/// <param name="Required">An error where it is missing.</param>
/// <param name="Repeated">May stand several times.</param>
public sealed record ChildBlockSchema(string Name, Func<BlockSchema> Schema, bool Required, bool Repeated)
{
    public string? NotHonoured { get; init; }

    public string? Deprecated { get; init; }
}

/// <summary>What may stand in a block.</summary>
public sealed record BlockSchema(
    string Name,
    string Summary,
    IReadOnlyList<AttributeSchema> Attributes,
    IReadOnlyList<ChildBlockSchema> Blocks)
{
    public bool TakesLabel { get; init; }
}

/// <summary>One field that a component exports.</summary>
public sealed record ExportSchema(string Name, SchemaType Type, string Summary);
