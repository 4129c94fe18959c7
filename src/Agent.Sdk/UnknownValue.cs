using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk;

/// <summary>A value of which only the type is known: an environment variable, or what a component that does not run yet will export.</summary>
/// <remarks>Decoders accept it where a value of that type would do, and leave the record's own rules unchecked.</remarks>
public sealed class UnknownValue(SchemaType type) : Value
{
    public SchemaType Type { get; } = type;

    public override ValueKind Kind => ValueKind.Unknown;

    public override bool Equals(Value? other) => other is UnknownValue unknown && unknown.Type.Equals(Type);

    public override int GetHashCode() => Type.Name.GetHashCode(StringComparison.Ordinal);
}
