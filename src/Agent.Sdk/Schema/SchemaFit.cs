namespace Agent.Sdk.Schema;

/// <summary>Whether a value of which only the type is known may stand where another type is wanted.</summary>
public static class SchemaFit
{
    /// <summary>True where some value of type <paramref name="given"/> converts to <paramref name="wanted"/>; doubt counts as yes.</summary>
    public static bool Fits(SchemaType given, SchemaType wanted)
    {
        if (given.Kind == SchemaKind.Any || wanted.Kind == SchemaKind.Any)
        {
            return true;
        }
        return wanted.Kind switch
        {
            SchemaKind.Bool => given.Kind == SchemaKind.Bool,
            SchemaKind.Number => given.Kind is SchemaKind.Number || IsText(given),
            SchemaKind.Secret => given.Kind == SchemaKind.Secret || IsText(given) || given.Kind == SchemaKind.Number,
            SchemaKind.List => given.Kind == SchemaKind.List && ElementFits(given, wanted),
            SchemaKind.Map => given.Kind is SchemaKind.Target or SchemaKind.Object
                || (given.Kind == SchemaKind.Map && ElementFits(given, wanted)),
            SchemaKind.Target or SchemaKind.Object => given.Kind is SchemaKind.Target or SchemaKind.Object or SchemaKind.Map,
            SchemaKind.Capsule => given.Kind == SchemaKind.Capsule && given.Name == wanted.Name,
            _ => IsText(given) || given.Kind == SchemaKind.Number || given == SchemaType.OptionalSecret,
        };
    }

    private static bool IsText(SchemaType type) =>
        type.Kind is SchemaKind.String or SchemaKind.Duration or SchemaKind.ByteSize or SchemaKind.Pattern or SchemaKind.Uri
            or SchemaKind.Enumeration
        || type == SchemaType.OptionalSecret;

    private static bool ElementFits(SchemaType given, SchemaType wanted) =>
        given.Element is null || wanted.Element is null || Fits(given.Element, wanted.Element);
}
