using Agent.Sdk;

namespace Agent.Runtime.Graph;

/// <summary>Makes a block of the configuration itself, such as <c>logging</c>, a node like any other: evaluated, applied and reloaded the same way.</summary>
public static class ConfigBlockNode
{
    /// <param name="block">The generated declaration of the block's arguments.</param>
    /// <param name="factory">Makes what takes the arguments.</param>
    public static ComponentDescriptor Describe<TComponent, TArguments>(
        ConfigBlockDescriptor block, Func<ComponentContext, TComponent> factory)
        where TComponent : class, IComponent<TArguments>
        where TArguments : class =>
        new ComponentDescriptor<TComponent, TArguments>
        {
            Name = block.Name,
            Summary = block.Schema.Summary,
            Singleton = true,
            Arguments = block.Schema,
            Exports = [],
            Decoder = (value, diagnostics) => (TArguments?)block.Decode(value, diagnostics),
            Factory = factory,
        };
}
