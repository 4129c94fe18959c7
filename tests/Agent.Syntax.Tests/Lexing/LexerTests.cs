namespace Agent.Syntax.Tests;

public sealed class LexerTests
{
    [Fact]
    public void A_line_break_ends_a_statement_only_where_one_can_end() =>
        Assert.Equal("IDENT = [ NUMBER , ] TERMINATOR EOF", Kinds("a = [\n1,\n]\n"));

    [Fact]
    public void A_trailing_comment_stands_behind_the_terminator() =>
        Assert.Equal("IDENT TERMINATOR COMMENT IDENT TERMINATOR EOF", Kinds("a // c\nb"));

    [Fact]
    public void A_comment_inside_a_line_ends_nothing() =>
        Assert.Equal("IDENT COMMENT = NUMBER TERMINATOR EOF", Kinds("a /* c */ = 1"));

    [Fact]
    public void Comments_that_lead_to_a_line_break_are_looked_through() =>
        Assert.Equal("IDENT TERMINATOR COMMENT COMMENT IDENT TERMINATOR EOF", Kinds("a /* c */ /* d\n */ b"));

    [Fact]
    public void Comments_may_be_left_out() =>
        Assert.Equal("IDENT TERMINATOR IDENT TERMINATOR EOF", Kinds("a // c\n/* d */ b", keepComments: false));

    [Fact]
    public void A_byte_order_mark_is_skipped_at_the_start_only()
    {
        Assert.Equal("IDENT TERMINATOR EOF", Kinds("\ufeffa"));
        Assert.Equal("1:2: illegal byte order mark", Errors("a\ufeff"));
    }

    [Fact]
    public void Carriage_returns_are_white_space() =>
        Assert.Equal("IDENT = NUMBER TERMINATOR IDENT = NUMBER TERMINATOR EOF", Kinds("a = 1\r\nb = 2\r\n"));

    [Fact]
    public void A_byte_that_is_no_UTF8_is_reported_at_its_place()
    {
        var diagnostics = new DiagnosticBag();
        Drain(new Lexer(new SourceText("f", [(byte)'"', 0xC3, (byte)'"']), diagnostics, keepComments: true));
        Assert.Equal("f:1:2: illegal UTF-8 encoding", Assert.Single(diagnostics).ToString());
    }

    [Theory]
    [InlineData("a = 1e", "1:5: exponent has no digits")]
    [InlineData("\"x", "1:1: string literal not terminated")]
    [InlineData("`x\n", "1:1: string literal not terminated")]
    [InlineData("/* x", "1:1: block comment not terminated")]
    [InlineData("'x'", "1:1: illegal single-quoted string; use double quotes")]
    [InlineData("\"\\'\"", "1:3: unknown escape sequence")]
    [InlineData("\"\\ud800\"", "1:3: escape sequence is invalid Unicode code point")]
    [InlineData("\"\\xg0\"", "1:3: illegal character U+0067 'g' in escape sequence")]
    [InlineData("a & b", "1:4: missing second & in &&")]
    [InlineData("\u00a0", "1:1: illegal character U+00A0")]
    public void What_is_no_token_is_told(string source, string error) => Assert.Equal(error, Errors(source));

    private static string Kinds(string source, bool keepComments = true) =>
        string.Join(' ', Drain(new Lexer(new SourceText("f", source), new DiagnosticBag(), keepComments)));

    private static string Errors(string source)
    {
        var diagnostics = new DiagnosticBag();
        Drain(new Lexer(new SourceText("f", source), diagnostics, keepComments: true));
        return string.Join('\n', diagnostics.Select(error => $"{error.Span.StartPosition}: {error.Message}"));
    }

    private static List<string> Drain(Lexer lexer)
    {
        var kinds = new List<string>();
        Token token;
        do
        {
            token = lexer.Next();
            kinds.Add(token.Kind.Text());
        }
        while (token.Kind != TokenKind.EndOfFile);
        return kinds;
    }
}
