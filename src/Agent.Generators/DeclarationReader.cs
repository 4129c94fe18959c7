using Microsoft.CodeAnalysis;

namespace Agent.Generators;

/// <summary>Reads one declared class into a model.</summary>
internal static class DeclarationReader
{
    public static DeclarationModel Read(DeclarationKind kind, INamedTypeSymbol type, AttributeData attribute)
    {
        var findings = new List<Finding>();
        string name = attribute.ConstructorArguments.FirstOrDefault().Value as string ?? "";
        string ns = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString();
        var model = new DeclarationModel(kind, name, ns, type.Name)
        {
            Type = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            Summary = DocText.Summary(type),
        };
        model = kind switch
        {
            DeclarationKind.ConfigBlock => ReadConfigBlock(model, type, findings),
            DeclarationKind.Stage => ReadStage(model, type, findings),
            _ => ReadComponent(model, type, attribute, findings),
        };
        return model with { Findings = new([.. findings]) };
    }

    private static DeclarationModel ReadComponent(DeclarationModel model, INamedTypeSymbol type, AttributeData attribute, List<Finding> findings)
    {
        string expected = SnakeCase.ToPascal(model.Name);
        if (!string.Equals(expected, type.Name, StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(Finding.Of(Rules.ClassName, type, type.Name, model.Name, expected));
        }
        bool constructible = type.InstanceConstructors.Any(static constructor =>
            constructor.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal
            && constructor.Parameters.Length == 1 && constructor.Parameters[0].Type.ToDisplayString() == KnownNames.Context);
        if (!constructible)
        {
            findings.Add(Finding.Of(Rules.Constructor, type, type.Name));
        }
        if (model.Summary.Length == 0)
        {
            findings.Add(Finding.Of(Rules.Summary, type, type.Name));
        }
        DeclarationModel read = ReadArguments(model, type, model.Name, findings);
        if (!constructible)
        {
            read = read with { ArgumentsCodec = "" };
        }
        return ReadExports(read, type, findings) with
        {
            Example = DocText.Example(type),
            Stability = Named(attribute, "Stability")?.ToString() ?? "0",
            Singleton = Named(attribute, "Singleton") is true,
            UsesKubernetes = type.AllInterfaces.Any(static candidate => candidate.ToDisplayString() == KnownNames.KubernetesUser),
        };
    }

    private static DeclarationModel ReadStage(DeclarationModel model, INamedTypeSymbol type, List<Finding> findings)
    {
        DeclarationModel read = ReadArguments(model, type, "stage." + model.Name, findings);
        if (read.ArgumentsCodec.Length == 0)
        {
            return read;
        }
        INamedTypeSymbol arguments = type.GetTypeMembers("Arguments")[0];
        if (arguments.BaseType is { IsRecord: true, IsAbstract: true } family)
        {
            return read with { Family = RecordReader.FamilyOf(family) };
        }
        findings.Add(Finding.Of(Rules.Family, arguments, $"{type.Name}.Arguments"));
        return read with { ArgumentsCodec = "" };
    }

    private static DeclarationModel ReadConfigBlock(DeclarationModel model, INamedTypeSymbol type, List<Finding> findings)
    {
        if (!IsUsable(type))
        {
            findings.Add(Finding.Of(Rules.Arguments, type, type.Name, ": the class itself has to be one"));
            return model;
        }
        return ReadRecord(model, type, model.Name, findings);
    }

    private static DeclarationModel ReadArguments(DeclarationModel model, INamedTypeSymbol type, string blockName, List<Finding> findings)
    {
        if (type.GetTypeMembers("Arguments").FirstOrDefault() is not { } arguments || !IsUsable(arguments))
        {
            findings.Add(Finding.Of(Rules.Arguments, type, type.Name, ""));
            return model;
        }
        return ReadRecord(model, arguments, blockName, findings);
    }

    private static DeclarationModel ReadRecord(DeclarationModel model, INamedTypeSymbol record, string blockName, List<Finding> findings)
    {
        var reader = new RecordReader(findings);
        bool isPublic = model.Kind == DeclarationKind.ConfigBlock && record.DeclaredAccessibility == Accessibility.Public;
        string codec = reader.Read(record, blockName, model.Summary, isPublic);
        return model with
        {
            ArgumentsCodec = codec,
            ArgumentsType = record.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            Records = new([.. reader.Records]),
            UsedFamilies = new([.. reader.Families]),
        };
    }

    private static DeclarationModel ReadExports(DeclarationModel model, INamedTypeSymbol type, List<Finding> findings)
    {
        if (type.GetTypeMembers("Exports").FirstOrDefault() is not { } exports)
        {
            return model;
        }
        var fields = new List<ExportModel>();
        foreach (IPropertySymbol property in RecordReader.PropertiesOf(exports))
        {
            string? codec = TypeReader.CodecOf(property.Type, anchored: false);
            string summary = DocText.Summary(property);
            if (codec is null)
            {
                string shown = property.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
                findings.Add(Finding.Of(Rules.NoDecoder, property, property.Name, shown));
                continue;
            }
            if (summary.Length == 0)
            {
                findings.Add(Finding.Of(Rules.Summary, property, property.Name));
            }
            fields.Add(new ExportModel(property.Name, AttributeReader.NameOf(property), codec, TypeReader.NameOf(property.Type), summary));
        }
        return model with
        {
            ExportsType = exports.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            Exports = new([.. fields]),
        };
    }

    /// <summary>A record that generated code can make by an object initializer.</summary>
    private static bool IsUsable(INamedTypeSymbol record) =>
        record is { IsRecord: true, IsReferenceType: true, IsAbstract: false, IsGenericType: false }
        && record.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal
        && record.InstanceConstructors.Any(static constructor => constructor.Parameters.Length == 0);

    private static object? Named(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value;
}
