using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding.Codecs;

/// <summary>What one component hands to another as it is.</summary>
public sealed class CapsuleCodec<T> : ValueCodec<T>
    where T : class
{
    private readonly string _name;

    internal CapsuleCodec(string name)
        : base(new SchemaType(SchemaKind.Capsule, $"capsule(\"{name}\")")) => _name = name;

    public override Value Encode(T value) => new CapsuleValue(value, _name);

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out T result)
    {
        result = (value as CapsuleValue)?.Content as T;
        if (result is not null)
        {
            return true;
        }
        return value is CapsuleValue other
            ? problem.Fail($"expected {Type.Name}, got capsule(\"{other.TypeName}\")")
            : problem.WrongType(value, "capsule");
    }
}
