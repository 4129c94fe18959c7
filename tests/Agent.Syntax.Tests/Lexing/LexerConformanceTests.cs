using System.Text.Json;
using Agent.Testing;

namespace Agent.Syntax.Tests;

public sealed class LexerConformanceTests
{
    [ConformanceFact]
    public void Tokens_are_those_of_Alloy()
    {
        using JsonDocument document = Conformance.Load("syntax/tokens.json");
        var set = new ConformanceSet("syntax/tokens");
        foreach (JsonElement @case in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(GoldenSource.Id(@case), () => Check(@case));
        }
        set.Finish();
    }

    private static string? Check(JsonElement @case)
    {
        SourceText source = GoldenSource.Of(@case);
        var diagnostics = new DiagnosticBag();
        var lexer = new Lexer(source, diagnostics, @case.GetProperty("comments").GetBoolean());
        var found = new List<string>();
        Token token;
        do
        {
            token = lexer.Next();
            found.Add($"{token.Kind.Text()} {lexer.Literal(token)} {source.Position(token.Start)} {token.Start}");
        }
        while (token.Kind != TokenKind.EndOfFile);
        found.AddRange(diagnostics.Select(error => $"{error.Span.StartPosition} {error.Span.Start} {error.Message}"));
        return GoldenSource.Differ(string.Join('\n', Wanted(@case)), string.Join('\n', found));
    }

    private static IEnumerable<string> Wanted(JsonElement @case)
    {
        foreach (JsonElement token in @case.GetProperty("tokens").EnumerateArray())
        {
            yield return $"{token[0].GetString()} {token[1].GetString()} {token[2]}:{token[3]} {token[4]}";
        }
        if (@case.TryGetProperty("errors", out JsonElement errors))
        {
            foreach (JsonElement error in errors.EnumerateArray())
            {
                yield return $"{error.GetProperty("line")}:{error.GetProperty("column")} {error.GetProperty("offset")} {error.GetProperty("message").GetString()}";
            }
        }
    }
}
