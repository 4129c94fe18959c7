using Agent.Sdk;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.Validation;

/// <summary>Every list that a component exports is empty, so that another one which takes it can be decoded; other exports are not known.</summary>
internal static class EmptyExports
{
    public static ObjectValue? Of(ComponentDescriptor descriptor) => descriptor.Exports.Count == 0
        ? null
        : new MapValue(descriptor.Exports.ToDictionary(
            static export => export.Name,
            static Value (export) => export.Type.Kind == SchemaKind.List ? new ListValue([]) : new UnknownValue(export.Type),
            StringComparer.Ordinal));
}
