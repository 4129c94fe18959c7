using System.Text.Json;
using Agent.Testing;

namespace Agent.Syntax.Tests;

public sealed class DocumentationConformanceTests
{
    [ConformanceFact]
    public void Examples_of_the_documentation_parse_and_format_as_in_Alloy()
    {
        using JsonDocument document = Conformance.Load("syntax/docs_examples.json");
        var set = new ConformanceSet("syntax/docs_examples");
        foreach (JsonElement @case in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(GoldenSource.Id(@case), () => Check(@case));
        }
        set.Finish();
    }

    private static string? Check(JsonElement @case)
    {
        ParseResult result = Parser.ParseFile(GoldenSource.Of(@case));
        if (@case.GetProperty("parses").GetBoolean() != result.Success)
        {
            return $"parses: {result.Success}; {string.Join('\n', result.Diagnostics)}";
        }
        if (!result.Success)
        {
            return GoldenDiagnostics.Compare(@case.GetProperty("diagnostics"), result.Diagnostics);
        }
        // A fragment without blocks has null here.
        JsonElement blocks = @case.GetProperty("blocks");
        IEnumerable<string> wanted = blocks.ValueKind == JsonValueKind.Array
            ? blocks.EnumerateArray().Select(name => name.GetString()!)
            : [];
        IEnumerable<string> found = Blocks(result.File.Body).Distinct();
        string formatted = @case.GetProperty("formatted").GetString() ?? @case.GetProperty("src").GetString()!;
        return GoldenSource.Differ(string.Join(' ', wanted.Order(StringComparer.Ordinal)), string.Join(' ', found.Order(StringComparer.Ordinal)))
            ?? GoldenSource.Differ(formatted, Formatter.FormatText(result.File));
    }

    /// <summary>Names of blocks at the top level and in the bodies that hold components again.</summary>
    private static IEnumerable<string> Blocks(IReadOnlyList<Statement> body)
    {
        foreach (BlockStatement block in body.OfType<BlockStatement>())
        {
            yield return block.FullName;
            IReadOnlyList<Statement> inner = block.FullName is "declare" or "foreach" or "template" ? block.Body : [];
            foreach (string name in Blocks(inner))
            {
                yield return name;
            }
        }
    }
}
