using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding;

/// <summary>The <c>clustering</c> block, by which a component shares its work with its like of other agents.</summary>
public static class ClusteringBlock
{
    public const string Name = "clustering";

    /// <summary>True where the component shares its work, or where that is not known.</summary>
    /// <param name="component">Its block; null where it could not be evaluated.</param>
    public static bool MayBeEnabled(BlockValue? component) => MayBeEnabled(component, Name);

    /// <summary>True where a block of the name is there with an <c>enabled</c> that is not <c>false</c>, or where that is not known.</summary>
    public static bool MayBeEnabled(BlockValue? component, string name) =>
        component is null
        || component.Blocks.Any(inner => inner.Name == name && inner.Find("enabled")?.Value is not BoolValue { IsTrue: false } and not null);
}
