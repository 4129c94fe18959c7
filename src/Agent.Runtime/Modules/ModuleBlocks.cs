using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Modules;

/// <summary>The <c>argument</c> block: what a module may be given.</summary>
[ConfigBlock("argument")]
public sealed record ArgumentBlock
{
    /// <summary>Whether the argument may be left out.</summary>
    public bool Optional { get; init; }

    /// <summary>The value where it is left out.</summary>
    public Value Default { get; init; } = Value.Null;

    /// <summary>What the argument is for.</summary>
    public string Comment { get; init; } = "";
}

/// <summary>The <c>export</c> block: what a module gives to those that use it.</summary>
[ConfigBlock("export")]
public sealed record ExportBlock
{
    /// <summary>What to export.</summary>
    public required Value Value { get; init; }
}

/// <summary>The blocks that make modules.</summary>
internal static class ModuleBlocks
{
    public const string Declare = "declare";
    public const string Argument = "argument";
    public const string Export = "export";
    public const string Foreach = "foreach";
    public const string ImportFile = "import.file";
    public const string ImportString = "import.string";

    /// <summary>The name under which expressions find the folder of their module.</summary>
    public const string ModulePath = "module_path";

    private static readonly SchemaDescriptor ArgumentDescriptor = Describe(Argument, new ExportSchema("value", SchemaType.Any, "The value that the module was given."));
    private static readonly SchemaDescriptor ExportDescriptor = Describe(Export);
    private static readonly SchemaDescriptor ForeachDescriptor = Describe(Foreach);

    public static bool IsImport(string name) => name.StartsWith("import.", StringComparison.Ordinal);

    public static string IdOf(BlockStatement block) => block.Label is null ? block.FullName : $"{block.FullName}.{block.Label}";

    /// <summary>Null where the block is none of these.</summary>
    public static NodeDefinition? Of(BlockStatement block) => block.FullName switch
    {
        Argument => new NodeDefinition("", block, ArgumentDescriptor) { Kind = NodeKind.Argument },
        Export => new NodeDefinition("", block, ExportDescriptor) { Kind = NodeKind.Export },
        Foreach => new NodeDefinition("", block, ForeachDescriptor) { Kind = NodeKind.Foreach },
        _ => null,
    };

    public static ComponentDescriptor Custom(string name) => new SchemaDescriptor(null)
    {
        Name = name,
        Summary = "A custom component.",
        Arguments = new BlockSchema(name, "", [], []),
        Exports = [],
    };

    private static SchemaDescriptor Describe(string name, params ExportSchema[] exports)
    {
        ConfigBlockDescriptor block = GeneratedCatalog.ConfigBlocks.First(block => block.Name == name);
        return new SchemaDescriptor(block) { Name = name, Summary = block.Schema.Summary, Arguments = block.Schema, Exports = exports };
    }

    /// <summary>Describes a block behind which no component stands.</summary>
    private sealed class SchemaDescriptor(ConfigBlockDescriptor? block) : ComponentDescriptor
    {
        public override object? Decode(BlockValue value, DiagnosticBag diagnostics) => block is null ? value : block.Decode(value, diagnostics);

        public override IComponent Create(ComponentContext context) => NoComponent.Instance;

        public override ValueTask ApplyAsync(IComponent component, object arguments, CancellationToken stop) => ValueTask.CompletedTask;

        public override ObjectValue EncodeExports(object exports) => (ObjectValue)exports;
    }
}

/// <summary>Stands where a node is a value only.</summary>
internal sealed class NoComponent : IComponent
{
    public static NoComponent Instance { get; } = new();

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
