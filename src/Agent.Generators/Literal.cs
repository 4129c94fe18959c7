using Microsoft.CodeAnalysis.CSharp;

namespace Agent.Generators;

/// <summary>C# literals.</summary>
internal static class Literal
{
    public static string Of(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    public static string OrNull(string? text) => text is null ? "null" : Of(text);

    public static string Of(bool value) => value ? "true" : "false";
}
