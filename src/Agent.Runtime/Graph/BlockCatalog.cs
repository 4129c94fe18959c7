using System.Diagnostics.CodeAnalysis;
using Agent.Sdk;
using Agent.Sdk.Checks;
using Agent.Sdk.Decoding;

namespace Agent.Runtime.Graph;

/// <summary>What the names of blocks mean: the components of the build, the blocks of the configuration itself, and those that come later.</summary>
/// <param name="Components">From the program.</param>
/// <param name="ConfigBlocks">Blocks such as <c>logging</c>, which are nodes without being components.</param>
public sealed record BlockCatalog(ComponentCatalog Components, IReadOnlyList<ComponentDescriptor> ConfigBlocks)
{
    /// <summary>Part of the language, but not built yet: named as such, never ignored.</summary>
    private static readonly HashSet<string> Planned = new(StringComparer.Ordinal)
    {
        "tracing",
    };

    /// <summary>What looks at a configuration as a whole.</summary>
    public IReadOnlyList<IConfigurationCheck> Checks { get; init; } = [];

    public static bool IsPlanned(string name) => Planned.Contains(name);

    public bool TryGet(string name, [NotNullWhen(true)] out ComponentDescriptor? descriptor)
    {
        descriptor = ConfigBlocks.FirstOrDefault(block => block.Name == name);
        return descriptor is not null || Components.TryGet(name, out descriptor);
    }

    public bool IsConfigBlock(ComponentDescriptor descriptor) => ConfigBlocks.Contains(descriptor);

    /// <summary>The known name that is nearest to a wrong one, or null where none is near.</summary>
    public string? Nearest(string name) =>
        NearestName.Find(name, Components.Components.Select(static c => c.Name).Concat(ConfigBlocks.Select(static b => b.Name)));
}
