namespace Agent.Generators;

/// <summary>How a property of an arguments record is written by users.</summary>
internal enum PartKind
{
    Attribute,
    Block,
    BlockList,
    Family,
    Flatten,
    Label,
}

/// <summary>One property. <c>Codec</c> is an expression for attributes, the name of a generated class for blocks and families.</summary>
internal sealed record PartModel(string Property, string UserName, PartKind Kind, string Codec, bool Required, string Summary)
{
    /// <summary>What an attribute's codec reads, fully qualified.</summary>
    public string CodecType { get; init; } = "";

    public string? NotHonoured { get; init; }

    public string? Deprecated { get; init; }
}

/// <summary>One record of arguments or of a block. <c>BlockName</c> is empty where the property that holds it names it.</summary>
internal sealed record RecordModel(string Namespace, string CodecName, string Type, string BlockName, string Summary)
{
    public bool IsPublic { get; init; }

    public EquatableArray<PartModel> Parts { get; init; }

    /// <summary>Properties with the <c>required</c> modifier: an instance for the defaults has to set them.</summary>
    public EquatableArray<string> RequiredProperties { get; init; }

    public string FullCodecName => Prefix(Namespace) + CodecName;

    internal static string Prefix(string ns) => ns.Length == 0 ? "global::" : $"global::{ns}.";
}

/// <summary>One field of an exports record.</summary>
internal sealed record ExportModel(string Property, string UserName, string Codec, string CodecType, string Summary);

internal enum DeclarationKind
{
    Component,
    Stage,
    ConfigBlock,
}

/// <summary>One class with <c>[Component]</c>, <c>[Stage]</c> or <c>[ConfigBlock]</c>, without any symbol of the compilation.</summary>
internal sealed record DeclarationModel(DeclarationKind Kind, string Name, string Namespace, string ClassName)
{
    /// <summary>Fully qualified.</summary>
    public string Type { get; init; } = "";

    public string Summary { get; init; } = "";

    public string Example { get; init; } = "";

    public string Stability { get; init; } = "0";

    public bool Singleton { get; init; }

    /// <summary>It says which rights towards the Kubernetes API its arguments need.</summary>
    public bool UsesKubernetes { get; init; }

    /// <summary>The codec and the type of the arguments; empty where the declaration is faulty and nothing can be generated.</summary>
    public string ArgumentsCodec { get; init; } = "";

    public string ArgumentsType { get; init; } = "";

    /// <summary>The abstract record that a stage's arguments derive from.</summary>
    public FamilyModel? Family { get; init; }

    public string? ExportsType { get; init; }

    public EquatableArray<ExportModel> Exports { get; init; }

    public EquatableArray<RecordModel> Records { get; init; }

    /// <summary>Families that the records' <c>[Blocks]</c> properties name.</summary>
    public EquatableArray<FamilyModel> UsedFamilies { get; init; }

    public EquatableArray<Finding> Findings { get; init; }
}

internal sealed record FamilyModel(string Namespace, string CodecName, string Type)
{
    public string FullCodecName => RecordModel.Prefix(Namespace) + CodecName;
}
