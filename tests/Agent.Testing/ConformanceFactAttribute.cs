using Xunit.Sdk;

namespace Agent.Testing;

/// <summary>
/// A test over the golden data, with the trait <c>Category=Conformance</c>: skips, and says so, where the data is missing.
/// </summary>
[TraitDiscoverer("Agent.Testing.ConformanceTrait", "Agent.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceFactAttribute : FactAttribute, ITraitAttribute
{
    public ConformanceFactAttribute()
    {
        if (Conformance.Root is null)
        {
            Skip = Conformance.Missing;
        }
    }
}
