using Agent.Sdk;
using Agent.Syntax.Values;

namespace Agent.Runtime.Graph;

/// <summary>Exports of which only the types are known.</summary>
internal static class UnknownExports
{
    public static ObjectValue Of(ComponentDescriptor descriptor) =>
        new MapValue(descriptor.Exports.ToDictionary(
            static export => export.Name, static Value (export) => new UnknownValue(export.Type), StringComparer.Ordinal));
}
