using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Agent.Generators;

/// <summary>A place in a source file that holds on to no syntax tree.</summary>
internal sealed record Place(string File, TextSpan Span, LinePositionSpan Lines)
{
    public static Place? Of(ISymbol symbol)
    {
        Location? location = symbol.Locations.FirstOrDefault(static l => l.IsInSource);
        return location?.SourceTree is null
            ? null
            : new Place(location.SourceTree.FilePath, location.SourceSpan, location.GetLineSpan().Span);
    }

    public Location ToLocation() => Location.Create(File, Span, Lines);
}

/// <summary>One breach of a rule.</summary>
internal sealed record Finding(string Rule, Place? Place, EquatableArray<string> Arguments)
{
    public static Finding Of(DiagnosticDescriptor rule, ISymbol symbol, params string[] arguments) =>
        new(rule.Id, Place.Of(symbol), new(arguments));

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Rules.ById(Rule), Place?.ToLocation(), [.. Arguments]);
}
