using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Components.Tests.Prometheus;

internal static class TestComponent
{
    /// <summary>What is wrong with the block of a component, in the order found.</summary>
    public static IReadOnlyList<string> Errors(BlockValue block)
    {
        ComponentDescriptor descriptor = Agent.Components.GeneratedCatalog.Components.Single(component => component.Name == block.Name);
        var diagnostics = new DiagnosticBag();
        descriptor.Decode(block, diagnostics);
        return [.. diagnostics.Select(static found => found.Message)];
    }
}
