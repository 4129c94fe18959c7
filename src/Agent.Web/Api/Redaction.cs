using Agent.Sdk;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Web.Api;

/// <summary>Decides which values people may see.</summary>
internal static class Redaction
{
    /// <summary>True where the value is a secret, was derived from one, or stands where a secret belongs.</summary>
    public static bool Hides(Value value, SchemaType? type) => value switch
    {
        CapsuleValue { Content: Secret } => true,
        CapsuleValue { Content: OptionalSecret secret } => secret.IsSecret,
        StringValue text when text.IsSensitive => true,
        NullValue or ArrayValue or ObjectValue => false,
        _ => type?.Kind == SchemaKind.Secret && type.Name == SchemaType.Secret.Name,
    };

    /// <summary>What users read of something opaque.</summary>
    public static string Describe(CapsuleValue capsule) =>
        capsule.Content is OptionalSecret { IsSecret: false } open ? open.Value : $"capsule(\"{capsule.TypeName}\")";
}
