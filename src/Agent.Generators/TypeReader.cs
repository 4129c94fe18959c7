using Microsoft.CodeAnalysis;

namespace Agent.Generators;

/// <summary>Finds the codec of a type, as an expression.</summary>
internal static class TypeReader
{
    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal)
    {
        ["System.TimeSpan"] = "Duration",
        ["System.Uri"] = "Uri",
        ["Agent.Sdk.Secret"] = "Secret",
        ["Agent.Sdk.OptionalSecret"] = "OptionalSecret",
        ["Agent.Telemetry.Target"] = "Target",
        ["Agent.Syntax.Values.Value"] = "Any",
        ["Agent.Sdk.ByteSize"] = "ByteSize",
        ["Agent.Sdk.Patterns.Pattern"] = "Pattern",
    };

    // Telemetry cannot see the SDK's attributes, so its capsules are named here.
    private static readonly Dictionary<string, string> Capsules = new(StringComparer.Ordinal)
    {
        ["Agent.Telemetry.Logs.ILogConsumer"] = "loki.LogsReceiver",
        ["Agent.Telemetry.Metrics.IMetricConsumer"] = "storage.Appendable",
        ["Agent.Telemetry.Otlp.IOtlpConsumer"] = "otelcol.Consumer",
    };

    private static readonly SymbolDisplayFormat WithNullability = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static string NameOf(ITypeSymbol type) => type.ToDisplayString(WithNullability);

    /// <summary>The expression, or null where the type has no decoder.</summary>
    public static string? CodecOf(ITypeSymbol type, bool anchored)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            return Wrap("Nullable", CodecOf(nullable.TypeArguments[0], anchored));
        }
        if (type.IsReferenceType && type.NullableAnnotation == NullableAnnotation.Annotated)
        {
            return Wrap("OrNull", CodecOf(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated), anchored));
        }
        return Collection(type, anchored) ?? Simple(type, anchored) ?? Declared(type);
    }

    /// <summary>True where two equal contents would compare as different, and a reload would see a change in every argument.</summary>
    public static bool ComparesByReference(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol)
        {
            return true;
        }
        return type is INamedTypeSymbol { IsGenericType: true } generic
            && generic.ContainingNamespace.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal);
    }

    /// <summary>The element of a <c>ValueList</c>, or null.</summary>
    public static INamedTypeSymbol? ListElement(ITypeSymbol type) =>
        type is INamedTypeSymbol named && named.OriginalDefinition.ToDisplayString() == KnownNames.ValueList
            ? named.TypeArguments[0] as INamedTypeSymbol
            : null;

    private static string? Collection(ITypeSymbol type, bool anchored)
    {
        if (type is not INamedTypeSymbol { TypeArguments.Length: 1 } named)
        {
            return null;
        }
        return named.OriginalDefinition.ToDisplayString() switch
        {
            KnownNames.ValueList => Wrap("List", CodecOf(named.TypeArguments[0], anchored)),
            KnownNames.ValueMap => Wrap("Map", CodecOf(named.TypeArguments[0], anchored)),
            _ => null,
        };
    }

    private static string? Simple(ITypeSymbol type, bool anchored)
    {
        string? name = type.SpecialType switch
        {
            SpecialType.System_String => "Text",
            SpecialType.System_Boolean => "Bool",
            SpecialType.System_SByte => "SByte",
            SpecialType.System_Byte => "Byte",
            SpecialType.System_Int16 => "Int16",
            SpecialType.System_UInt16 => "UInt16",
            SpecialType.System_Int32 => "Int32",
            SpecialType.System_UInt32 => "UInt32",
            SpecialType.System_Int64 => "Int64",
            SpecialType.System_UInt64 => "UInt64",
            SpecialType.System_Single => "Single",
            SpecialType.System_Double => "Double",
            _ => null,
        };
        if (name is null && ByName.TryGetValue(type.ToDisplayString(), out string? known))
        {
            name = known == "Pattern" && anchored ? "AnchoredPattern" : known;
        }
        return name is null ? null : $"{KnownNames.Codec}.{name}";
    }

    private static string? Declared(ITypeSymbol type)
    {
        string full = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        if (type.TypeKind == TypeKind.Enum)
        {
            IEnumerable<string> choices = type.GetMembers().OfType<IFieldSymbol>().Where(static field => field.HasConstantValue)
                .Select(field => $"({Literal.Of(AttributeReader.NameOf(field))}, {full}.{field.Name})");
            return $"{KnownNames.Codec}.Choice<{full}>({string.Join(", ", choices)})";
        }
        string? capsule = AttributeReader.Find(type, KnownNames.Capsule)?.ConstructorArguments[0].Value as string;
        if (capsule is not null || Capsules.TryGetValue(type.ToDisplayString(), out capsule))
        {
            return $"{KnownNames.Codec}.Capsule<{full}>({Literal.Of(capsule!)})";
        }
        // A type may bring a codec of its own.
        return type.GetMembers("Codec").Any(static member => member is IPropertySymbol { IsStatic: true }) ? $"{full}.Codec" : null;
    }

    private static string? Wrap(string outer, string? inner) => inner is null ? null : $"{KnownNames.Codec}.{outer}({inner})";
}
