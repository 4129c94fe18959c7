using Microsoft.CodeAnalysis;

namespace Agent.Generators;

/// <summary>What breaks the build in a declaration.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor ClassName = Rule(
        "AGT001", "Class is not named after its component", "Class '{0}' declares '{1}' and has to be named '{2}'");

    public static readonly DiagnosticDescriptor Summary = Rule(
        "AGT002", "Argument without a summary", "'{0}' needs a summary: it is the argument's documentation");

    public static readonly DiagnosticDescriptor NotComparable = Rule(
        "AGT003", "Type does not compare by value", "'{0}' is of type '{1}', which does not compare by content: use ValueList or ValueMap");

    public static readonly DiagnosticDescriptor NoDecoder = Rule(
        "AGT004", "No decoder for the type", "'{0}' is of type '{1}', which has no decoder");

    public static readonly DiagnosticDescriptor ReservedName = Rule(
        "AGT005", "Reserved name", "'{0}' would be written '{1}', which is a word of the language");

    public static readonly DiagnosticDescriptor DuplicateName = Rule(
        "AGT006", "Name is taken", "'{0}' would be written '{1}', and so would another part of the block");

    public static readonly DiagnosticDescriptor Constructor = Rule(
        "AGT007", "Missing constructor", "Class '{0}' needs a constructor that takes a ComponentContext and nothing else");

    public static readonly DiagnosticDescriptor Arguments = Rule(
        "AGT008", "Missing arguments", "Class '{0}' needs a nested record 'Arguments', not generic and not positional{1}");

    public static readonly DiagnosticDescriptor Accessor = Rule(
        "AGT009", "Property cannot be set", "'{0}' needs get and init accessors that generated code can reach");

    public static readonly DiagnosticDescriptor Block = Rule(
        "AGT010", "Attribute does not suit the property", "'{0}' cannot be {1}: {2}");

    public static readonly DiagnosticDescriptor Family = Rule(
        "AGT011", "Stage outside a family", "'{0}' has to derive from an abstract record: the family that a pipeline collects");

    public static readonly DiagnosticDescriptor DuplicateDeclaration = Rule(
        "AGT012", "Declared twice", "'{0}' is declared by '{1}' and by '{2}'");

    private static readonly DiagnosticDescriptor[] All =
    [
        ClassName, Summary, NotComparable, NoDecoder, ReservedName, DuplicateName, Constructor, Arguments, Accessor, Block, Family,
        DuplicateDeclaration,
    ];

    public static DiagnosticDescriptor ById(string id) => All.First(rule => rule.Id == id);

    private static DiagnosticDescriptor Rule(string id, string title, string message) =>
        new(id, title, message, "Declarations", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
