using System.Text;
using System.Text.Json;
using Agent.Testing;

namespace Agent.Syntax.Tests;

public sealed class FormatterConformanceTests
{
    [ConformanceFact]
    public void Formatted_sources_are_those_of_Alloy()
    {
        using JsonDocument document = Conformance.Load("syntax/fmt.json");
        var set = new ConformanceSet("syntax/fmt");
        foreach (JsonElement @case in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(GoldenSource.Id(@case), () => Check(@case));
        }
        foreach (string input in Directory.EnumerateFiles(Conformance.PathOf("syntax/fmt/upstream")!, "*.in").Order())
        {
            set.Case(Path.GetFileName(input), () => CheckFile(input));
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
        if (!result.Success)
        {
            return null;
        }
        string formatted = Formatter.FormatText(result.File);
        if (GoldenSource.Differ(@case.GetProperty("formatted").GetString()!, formatted) is { } difference)
        {
            return difference;
        }
        ParseResult again = Parser.ParseFile(new SourceText("main.alloy", formatted));
        bool same = again.Success && Formatter.FormatText(again.File) == formatted;
        return same == @case.GetProperty("idempotent").GetBoolean() ? null : $"formatting twice gives the same: {same}";
    }

    private static string? CheckFile(string input)
    {
        ParseResult result = Parser.ParseFile(new SourceText(input, File.ReadAllBytes(input)));
        string expected = Path.ChangeExtension(input, ".expect");
        if (File.Exists(expected))
        {
            return result.Success
                ? GoldenSource.Differ(File.ReadAllText(expected).TrimEnd(), Formatter.FormatText(result.File).TrimEnd())
                : string.Join('\n', result.Diagnostics);
        }
        string error = File.ReadAllText(Path.ChangeExtension(input, ".error"), Encoding.UTF8).Trim();
        return result.Diagnostics.Any(found => found.ToString().Contains(error, StringComparison.Ordinal)) ? null : $"no error {error}";
    }
}
