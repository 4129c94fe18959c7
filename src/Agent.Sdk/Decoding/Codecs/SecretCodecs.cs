using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding.Codecs;

/// <summary>A secret: any text will do, whether secret so far or not.</summary>
public sealed class SecretCodec : ValueCodec<Secret>
{
    internal SecretCodec()
        : base(SchemaType.Secret)
    {
    }

    public override Value Encode(Secret value) => new CapsuleValue(value, "alloytypes.Secret");

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out Secret result)
    {
        result = value switch
        {
            CapsuleValue { Content: Secret secret } => secret,
            CapsuleValue { Content: OptionalSecret secret } => new Secret(secret.Value),
            StringValue s => new Secret(s.Text),
            NullValue => new Secret(""),
            _ => null,
        };
        return result is not null || problem.WrongType(value, "capsule");
    }
}

public sealed class OptionalSecretCodec : ValueCodec<OptionalSecret>
{
    internal OptionalSecretCodec()
        : base(SchemaType.OptionalSecret)
    {
    }

    public override Value Encode(OptionalSecret value) => new CapsuleValue(value, "alloytypes.OptionalSecret");

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out OptionalSecret result)
    {
        result = value switch
        {
            CapsuleValue { Content: OptionalSecret secret } => secret,
            CapsuleValue { Content: Secret secret } => new OptionalSecret(secret.Reveal(), true),
            StringValue s => new OptionalSecret(s.Text, s.IsSensitive),
            NullValue => new OptionalSecret("", false),
            _ => null,
        };
        return result is not null || problem.WrongType(value, "capsule");
    }
}
