using Xunit.Abstractions;
using Xunit.Sdk;

namespace Agent.Testing;

/// <summary>Gives every <see cref="ConformanceFactAttribute"/> the trait that <c>make conformance</c> selects by.</summary>
public sealed class ConformanceTrait : ITraitDiscoverer
{
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute) =>
        [new("Category", "Conformance")];
}
