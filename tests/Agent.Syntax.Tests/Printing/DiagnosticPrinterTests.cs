using System.Text;
using System.Text.Json;
using Agent.Testing;

namespace Agent.Syntax.Tests;

public sealed class DiagnosticPrinterTests
{
    private static readonly SourceText Source = new("main.alloy", "// top\nblock \"l\" {\n\tattr = 1\n}\n");

    [Fact]
    public void One_line_is_underlined_between_its_neighbours() => Assert.Equal(
        """
        Error: main.alloy:3:2: cannot use attr: unknown

        2 | block "l" {
        3 |     attr = 1
          |     ^^^^
        4 | }

        """.ReplaceLineEndings("\n"),
        Print(new Diagnostic("INV1", Severity.Error, Span("attr"), "cannot use attr: unknown")));

    [Fact]
    public void Several_lines_are_held_by_a_bracket() => Assert.Equal(
        """
        Warning: main.alloy:2:1: cannot do it

        1 |   // top
        2 |   block "l" {
          |  _^^^^^^^^^^^
        3 | |     attr = 1
        4 | | }
          | |_^
        5 |   

        """.ReplaceLineEndings("\n"),
        Print(new Diagnostic("INV1", Severity.Warning, Span("block \"l\" {\n\tattr = 1\n}"), "cannot do it")));

    [Fact]
    public void Help_and_colours_are_shown_where_asked_for()
    {
        var diagnostic = new Diagnostic("INV1", Severity.Error, default, "cannot start", "write less");
        Assert.Equal("Error: cannot start\n\nHelp: write less\n", Print(diagnostic));
        Assert.Equal("Error: cannot start\n", Print(diagnostic, help: false));
        Assert.Equal(
            "\e[31;1mError: \e[0m\e[1mcannot start\e[0m\n\n\e[36;1mHelp: \e[0mwrite less\n",
            Print(diagnostic, color: true));
    }

    [Fact]
    public void Programs_get_JSON()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            DiagnosticJson.Write(writer, [
                new Diagnostic("INV1", Severity.Error, Span("attr"), "cannot use attr", "leave it out"),
                new Diagnostic("INV2", Severity.Warning, default, "no place"),
            ]);
        }
        Assert.Equal(
            """[{"code":"INV1","severity":"error","file":"main.alloy","line":3,"column":2,"end_line":3,"end_column":5,"message":"cannot use attr","help":"leave it out"},{"code":"INV2","severity":"warning","message":"no place"}]""",
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [ConformanceFact]
    public void Errors_of_reading_print_as_in_Alloy()
    {
        using JsonDocument document = Conformance.Load("configs/validate.json");
        int compared = 0;
        foreach (JsonElement @case in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            ParseResult[] results = [.. @case.GetProperty("files").EnumerateObject()
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file => Parser.ParseFile(new SourceText(file.Name, file.Value.GetString()!)))];
            if (results.All(result => result.Success))
            {
                continue;
            }
            compared++;
            Assert.Equal(@case.GetProperty("expected_output").GetString(), Print([.. results.SelectMany(result => result.Diagnostics)]));
        }
        Assert.NotEqual(0, compared);
    }

    private static TextSpan Span(string text)
    {
        int start = Source.Bytes.IndexOf(Encoding.UTF8.GetBytes(text));
        return new TextSpan(Source, start, start + text.Length);
    }

    private static string Print(Diagnostic diagnostic, bool color = false, bool help = true) => Print([diagnostic], color, help);

    private static string Print(Diagnostic[] diagnostics, bool color = false, bool help = true)
    {
        using var text = new StringWriter();
        new DiagnosticPrinter(text) { Color = color, ShowHelp = help }.Print(diagnostics);
        return text.ToString();
    }
}
