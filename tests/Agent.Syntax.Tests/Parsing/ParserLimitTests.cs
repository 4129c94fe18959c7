using System.Text;

namespace Agent.Syntax.Tests;

/// <summary>Sources that nobody writes by hand: the parser must answer with diagnostics, in bounded time and stack.</summary>
public sealed class ParserLimitTests
{
    private const int Many = 100_000;
    private const string TooDeep = "cannot read configuration: nested more than 1000 levels deep";

    [Theory]
    [InlineData("[")]
    [InlineData("(")]
    [InlineData("{a=")]
    [InlineData("f(")]
    [InlineData("-")]
    [InlineData("!")]
    [InlineData("2^")]
    [InlineData("a[")]
    [InlineData("1+")]
    [InlineData("a.")]
    public void Deep_expressions_are_refused(string opening) => AssertTooDeep("a = " + Repeat(opening));

    [Theory]
    [InlineData("b {\n")]
    [InlineData("b \"l\" {")]
    public void Deep_blocks_are_refused(string opening) => AssertTooDeep(Repeat(opening));

    [Fact]
    public void Calls_of_calls_are_refused() => AssertTooDeep("a = f" + Repeat("()"));

    [Fact]
    public void A_block_in_the_place_of_an_expression_is_refused_at_depth() => AssertTooDeep("a = " + Repeat("b {\na = "));

    [Fact]
    public void Nesting_below_the_limit_is_read_and_formatted()
    {
        string nested = "a = " + new string('[', 900) + new string(']', 900) + "\n";
        ParseResult result = Parser.ParseFile(new SourceText("f", nested));
        Assert.Empty(result.Diagnostics);
        Assert.Equal(nested, Formatter.FormatText(result.File));
    }

    [Fact]
    public void Closing_brackets_without_end_are_refused() =>
        Assert.NotEmpty(Parser.ParseFile(new SourceText("f", Repeat("}"))).Diagnostics);

    [Theory]
    [InlineData("")]
    [InlineData("\ufeff")]
    [InlineData("\n\r\n \t")]
    [InlineData("// only a comment")]
    public void A_source_may_hold_no_statement(string source)
    {
        ParseResult result = Parser.ParseFile(new SourceText("f", source));
        Assert.Empty(result.Diagnostics);
        Assert.Empty(result.File.Body);
    }

    [Fact]
    public void Windows_line_ends_change_nothing()
    {
        ParseResult result = Parser.ParseFile(new SourceText("f", "// c\r\nb \"l\" {\r\n  a = 1 // d\r\n}\r\n"));
        Assert.Empty(result.Diagnostics);
        Assert.Equal("// c\nb \"l\" {\n\ta = 1 // d\n}\n", Formatter.FormatText(result.File));
    }

    [Fact]
    public void Bytes_that_no_source_may_hold_are_errors()
    {
        Assert.False(Parser.ParseFile(new SourceText("f", "a = \0")).Success);
        Assert.False(Parser.ParseFile(new SourceText("f", "a = \"\0\"")).Success);
        Assert.False(Parser.ParseFile(new SourceText("f", [(byte)'a', (byte)'=', 0xFF])).Success);
    }

    [Fact]
    public void Ten_megabytes_are_read_and_formatted()
    {
        const string Block = "loki.process \"p\" {\n\tforward_to = [loki.write.default.receiver] // next\n}\n\n";
        var text = new StringBuilder();
        while (text.Length < 10_000_000)
        {
            text.Append(Block);
        }
        string source = text.ToString(0, text.Length - 1);
        ParseResult result = Parser.ParseFile(new SourceText("f", source));
        Assert.Empty(result.Diagnostics);
        Assert.Equal(source, Formatter.FormatText(result.File));
    }

    private static string Repeat(string text) => new StringBuilder(text.Length * Many).Insert(0, text, Many).ToString();

    private static void AssertTooDeep(string source)
    {
        ParseResult result = Parser.ParseFile(new SourceText("f", source));
        Assert.Equal(TooDeep, Assert.Single(result.Diagnostics).Message);
    }
}
