using Agent.Sdk.Access;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Sdk;

/// <summary>What the runtime, the docs and the UI know of one kind of component; generated from its declaration.</summary>
public abstract class ComponentDescriptor
{
    /// <summary>As users write it, such as <c>loki.write</c>.</summary>
    public required string Name { get; init; }

    public required string Summary { get; init; }

    /// <summary>A configuration that validates, from the class's <c>example</c> doc tag; empty where there is none.</summary>
    public string Example { get; init; } = "";

    public Stability Stability { get; init; }

    public bool Singleton { get; init; }

    public required BlockSchema Arguments { get; init; }

    public required IReadOnlyList<ExportSchema> Exports { get; init; }

    /// <summary>What it needs of the Kubernetes API, by arguments; null where it never talks to it.</summary>
    public Func<AccessQuery, IEnumerable<AccessRule>>? Access { get; init; }

    /// <summary>Decodes evaluated arguments; null, with errors in <paramref name="diagnostics"/>, where they are wrong.</summary>
    public abstract object? Decode(BlockValue block, DiagnosticBag diagnostics);

    public abstract IComponent Create(ComponentContext context);

    public abstract ValueTask ApplyAsync(IComponent component, object arguments, CancellationToken stop);

    /// <summary>The component's exports record as a value that expressions can refer to.</summary>
    public abstract ObjectValue EncodeExports(object exports);
}

/// <summary>The glue that generated code fills in.</summary>
public sealed class ComponentDescriptor<TComponent, TArguments> : ComponentDescriptor
    where TComponent : class, IComponent<TArguments>
    where TArguments : class
{
    public required Func<BlockValue, DiagnosticBag, TArguments?> Decoder { get; init; }

    public required Func<ComponentContext, TComponent> Factory { get; init; }

    /// <summary>Null where the component exports nothing.</summary>
    public Func<object, ObjectValue>? ExportEncoder { get; init; }

    public override object? Decode(BlockValue block, DiagnosticBag diagnostics) => Decoder(block, diagnostics);

    public override IComponent Create(ComponentContext context) => Factory(context);

    public override ValueTask ApplyAsync(IComponent component, object arguments, CancellationToken stop) =>
        ((TComponent)component).ApplyAsync((TArguments)arguments, stop);

    public override ObjectValue EncodeExports(object exports) =>
        ExportEncoder is null ? throw new InvalidOperationException($"BUG: {Name} declares no exports") : ExportEncoder(exports);
}
