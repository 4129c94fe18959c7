using System.Text.Json;
using Agent.Testing;

namespace Agent.Syntax.Tests;

public sealed class ParserConformanceTests
{
    [ConformanceFact]
    public void Sources_parse_or_fail_as_in_Alloy()
    {
        using JsonDocument document = Conformance.Load("syntax/parse.json");
        var set = new ConformanceSet("syntax/parse");
        foreach (JsonElement @case in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(GoldenSource.Id(@case), () => Check(@case));
        }
        set.Finish();
    }

    private static string? Check(JsonElement @case)
    {
        ParseResult result = Parser.ParseFile(GoldenSource.Of(@case));
        if (@case.GetProperty("ok").GetBoolean() != result.Success)
        {
            return $"ok: {result.Success}; {string.Join('\n', result.Diagnostics)}";
        }
        return result.Success ? null : GoldenDiagnostics.Compare(@case.GetProperty("diagnostics"), result.Diagnostics);
    }
}
