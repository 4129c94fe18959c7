using Microsoft.CodeAnalysis;

namespace Agent.Generators;

/// <summary>Reads one arguments record and every record that it holds.</summary>
internal sealed class RecordReader(List<Finding> findings)
{
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal) { "true", "false", "null" };
    private readonly Dictionary<string, RecordModel?> _records = new(StringComparer.Ordinal);
    private readonly List<FamilyModel> _families = [];

    public IEnumerable<RecordModel> Records => _records.Values.Where(static record => record is not null).Select(static record => record!);

    public IReadOnlyList<FamilyModel> Families => _families;

    /// <summary>Reads the record and returns the full name of its codec.</summary>
    public string Read(INamedTypeSymbol type, string blockName = "", string summary = "", bool isPublic = false)
    {
        string full = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        var model = new RecordModel(NamespaceOf(type), CodecNameOf(type), full, blockName, summary) { IsPublic = isPublic };
        if (_records.ContainsKey(full))
        {
            return model.FullCodecName;
        }
        _records[full] = null;
        IPropertySymbol[] properties = [.. PropertiesOf(type)];
        PartModel[] parts = [.. properties.Select(ReadPart).Where(static part => part is not null).Select(static part => part!)];
        CheckNames(properties, parts);
        _records[full] = model with
        {
            Parts = new(parts),
            RequiredProperties = new([.. properties.Where(static p => p.IsRequired).Select(static p => p.Name)]),
        };
        return model.FullCodecName;
    }

    public static FamilyModel FamilyOf(INamedTypeSymbol element) =>
        new(NamespaceOf(element), CodecNameOf(element, "Family"), element.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat));

    /// <summary>Properties that hold state, those of the base record first.</summary>
    public static IEnumerable<IPropertySymbol> PropertiesOf(INamedTypeSymbol type)
    {
        IEnumerable<IPropertySymbol> inherited = type.BaseType is { SpecialType: not SpecialType.System_Object } parent ? PropertiesOf(parent) : [];
        IEnumerable<IPropertySymbol> own = type.GetMembers().OfType<IPropertySymbol>().Where(static property =>
            !property.IsStatic && !property.IsIndexer && !property.IsOverride && property.DeclaredAccessibility == Accessibility.Public && IsStored(property));
        return inherited.Concat(own);
    }

    private static bool IsStored(IPropertySymbol property) =>
        property.SetMethod is not null
        || property.ContainingType.GetMembers().OfType<IFieldSymbol>()
            .Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private static string NamespaceOf(ISymbol type) =>
        type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString();

    internal static string CodecNameOf(INamedTypeSymbol type, string suffix = "Codec")
    {
        string name = type.Name + suffix;
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            name = outer.Name + name;
        }
        return name;
    }

    private PartModel? ReadPart(IPropertySymbol property)
    {
        if (property.SetMethod is null || property.SetMethod.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal))
        {
            findings.Add(Finding.Of(Rules.Accessor, property, property.Name));
            return null;
        }
        if (AttributeReader.Has(property, "Block"))
        {
            return ReadBlock(property);
        }
        if (AttributeReader.Has(property, "Blocks"))
        {
            return ReadFamily(property);
        }
        if (AttributeReader.Has(property, "Flatten"))
        {
            return ReadFlatten(property);
        }
        if (AttributeReader.Has(property, "BlockLabel"))
        {
            return property.Type.SpecialType == SpecialType.System_String
                ? new PartModel(property.Name, "", PartKind.Label, "", property.IsRequired, "")
                : Misuse(property, "a label", "a label is text");
        }
        return ReadAttribute(property);
    }

    private PartModel? ReadAttribute(IPropertySymbol property)
    {
        string shown = property.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        string? codec = TypeReader.CodecOf(property.Type, AttributeReader.Has(property, "Anchored"));
        if (codec is null)
        {
            findings.Add(Finding.Of(TypeReader.ComparesByReference(property.Type) ? Rules.NotComparable : Rules.NoDecoder, property, property.Name, shown));
            return null;
        }
        var part = new PartModel(property.Name, AttributeReader.NameOf(property), PartKind.Attribute, codec, property.IsRequired, SummaryOf(property));
        return Noted(property, part with { CodecType = TypeReader.NameOf(property.Type) });
    }

    private PartModel? ReadBlock(IPropertySymbol property)
    {
        INamedTypeSymbol? element = TypeReader.ListElement(property.Type);
        if ((element ?? property.Type) is not INamedTypeSymbol { IsRecord: true, IsReferenceType: true, IsAbstract: false } record)
        {
            return Misuse(property, "a block", "its type is neither a record nor a ValueList of records");
        }
        string codec = Read((INamedTypeSymbol)record.WithNullableAnnotation(NullableAnnotation.NotAnnotated));
        PartKind kind = element is null ? PartKind.Block : PartKind.BlockList;
        return Noted(property, new(property.Name, AttributeReader.NameOf(property), kind, codec, property.IsRequired, SummaryOf(property)));
    }

    private static PartModel Noted(IPropertySymbol property, PartModel part) => part with
    {
        NotHonoured = AttributeReader.Text(property, "NotHonoured"),
        Deprecated = AttributeReader.Text(property, "Deprecated"),
    };

    private PartModel? ReadFamily(IPropertySymbol property)
    {
        if (TypeReader.ListElement(property.Type) is not { IsRecord: true, IsAbstract: true } element)
        {
            return Misuse(property, "a family of blocks", "its type is no ValueList of an abstract record");
        }
        FamilyModel family = FamilyOf(element);
        if (!_families.Contains(family))
        {
            _families.Add(family);
        }
        return new PartModel(property.Name, "", PartKind.Family, family.FullCodecName, property.IsRequired, "");
    }

    private PartModel? ReadFlatten(IPropertySymbol property)
    {
        if (property.Type is not INamedTypeSymbol { IsRecord: true, IsReferenceType: true, IsAbstract: false } record)
        {
            return Misuse(property, "flattened", "its type is no record");
        }
        if (property.IsRequired || property.NullableAnnotation == NullableAnnotation.Annotated)
        {
            return Misuse(property, "flattened", "it needs an initializer and must be neither required nor nullable");
        }
        return new PartModel(property.Name, "", PartKind.Flatten, Read(record), false, "");
    }

    private PartModel? Misuse(IPropertySymbol property, string what, string why)
    {
        findings.Add(Finding.Of(Rules.Block, property, property.Name, what, why));
        return null;
    }

    private string SummaryOf(IPropertySymbol property)
    {
        string summary = DocText.Summary(property);
        if (summary.Length == 0 && property.Locations.Any(static location => location.IsInSource))
        {
            findings.Add(Finding.Of(Rules.Summary, property, property.Name));
        }
        return summary;
    }

    private void CheckNames(IPropertySymbol[] properties, PartModel[] parts)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (PartModel part in parts.Where(static part => part.UserName.Length > 0))
        {
            IPropertySymbol property = properties.First(candidate => candidate.Name == part.Property);
            if (Words.Contains(part.UserName))
            {
                findings.Add(Finding.Of(Rules.ReservedName, property, part.Property, part.UserName));
            }
            if (!taken.Add(part.UserName))
            {
                findings.Add(Finding.Of(Rules.DuplicateName, property, part.Property, part.UserName));
            }
        }
    }
}
