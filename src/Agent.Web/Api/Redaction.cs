using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Web.Api;

/// <summary>Marks what stands where a secret belongs: a password written into the configuration is plain text until it is decoded.</summary>
internal static class Redaction
{
    /// <summary>The value as people may see it: printers show what is marked as <c>(secret)</c>.</summary>
    public static Value Mark(Value value, SchemaType? type) => type switch
    {
        { Kind: SchemaKind.Secret } when type.Name == SchemaType.Secret.Name => MarkSecret(value),
        { Kind: SchemaKind.List, Element: { } element } when value is ArrayValue array && HoldsSecrets(element) =>
            new ListValue([.. array.Select(item => Mark(item, element))]),
        { Kind: SchemaKind.Map, Element: { } element } when value is ObjectValue map && HoldsSecrets(element) =>
            new MapValue(map.Keys.ToDictionary(static key => key, key => Mark(map[key], element), StringComparer.Ordinal)),
        _ => value,
    };

    private static bool HoldsSecrets(SchemaType type) =>
        type.Kind == SchemaKind.Secret || (type.Element is not null && HoldsSecrets(type.Element));

    private static Value MarkSecret(Value value) => value is NullValue or CapsuleValue ? value : new StringValue("", isSensitive: true);
}
