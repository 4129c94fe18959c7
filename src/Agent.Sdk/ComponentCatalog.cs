using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;

namespace Agent.Sdk;

/// <summary>The components of a build by name. The runtime gets it from the program: it knows no component itself.</summary>
public sealed class ComponentCatalog(IEnumerable<ComponentDescriptor> components, IEnumerable<BlockSchema> stages)
{
    private readonly Dictionary<string, ComponentDescriptor> _byName =
        components.ToDictionary(static component => component.Name, StringComparer.Ordinal);

    public IEnumerable<ComponentDescriptor> Components => _byName.Values.OrderBy(static c => c.Name, StringComparer.Ordinal);

    /// <summary>The stages of <c>loki.process</c>, by name.</summary>
    public IReadOnlyList<BlockSchema> Stages { get; } = [.. stages.OrderBy(static stage => stage.Name, StringComparer.Ordinal)];

    public bool TryGet(string name, [NotNullWhen(true)] out ComponentDescriptor? descriptor) =>
        _byName.TryGetValue(name, out descriptor);
}
