using Microsoft.CodeAnalysis;

namespace Agent.Generators;

/// <summary>Reads the declaration attributes of the SDK.</summary>
internal static class AttributeReader
{
    public static AttributeData? Find(ISymbol symbol, string fullName) =>
        symbol.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.ToDisplayString() == fullName);

    public static bool Has(ISymbol symbol, string name) => Find(symbol, KnownNames.Declarations + name + "Attribute") is not null;

    /// <summary>The text given to an attribute that takes one, or null.</summary>
    public static string? Text(ISymbol symbol, string name) =>
        Find(symbol, KnownNames.Declarations + name + "Attribute")?.ConstructorArguments.FirstOrDefault().Value as string;

    /// <summary>The name that users write.</summary>
    public static string NameOf(ISymbol symbol)
    {
        AttributeData? block = Find(symbol, KnownNames.Declarations + "BlockAttribute");
        string? ofBlock = block?.NamedArguments.FirstOrDefault(static argument => argument.Key == "Name").Value.Value as string;
        return ofBlock ?? Text(symbol, "Name") ?? SnakeCase.Of(symbol.Name);
    }
}
