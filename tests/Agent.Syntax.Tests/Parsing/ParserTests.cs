namespace Agent.Syntax.Tests;

public sealed class ParserTests
{
    [Fact]
    public void A_block_has_a_dotted_name_a_label_and_a_body()
    {
        FileNode file = Parse("""
            loki.write "default" {
                endpoint {
                    url = "http://loki:3100"
                }
            }
            """);
        var block = Assert.IsType<BlockStatement>(Assert.Single(file.Body));
        Assert.Equal(["loki", "write"], block.Name);
        Assert.Equal("loki.write", block.FullName);
        Assert.Equal("default", block.Label);
        Assert.Equal("loki.write", file.Source.Text(block.NameSpan));
        Assert.Equal("\"default\"", file.Source.Text(block.LabelSpan));
        Assert.Equal("loki.write \"default\"", file.Source.Text(block.HeaderSpan));
        Assert.EndsWith("}", file.Source.Text(block.Span), StringComparison.Ordinal);
        var endpoint = Assert.IsType<BlockStatement>(Assert.Single(block.Body));
        Assert.Null(endpoint.Label);
        var url = Assert.IsType<AttributeStatement>(Assert.Single(endpoint.Body));
        Assert.Equal("url", url.Name.Name);
        Assert.Equal("\"http://loki:3100\"", Assert.IsType<LiteralExpression>(url.Value).Text);
    }

    [Fact]
    public void An_empty_label_counts_as_none()
    {
        var block = Assert.IsType<BlockStatement>(Assert.Single(Parse("a \"\" { }").Body));
        Assert.Null(block.Label);
        Assert.NotNull(block.LabelSpan.Source);
    }

    [Theory]
    [InlineData("1 + 2 * 3", "(1 + (2 * 3))")]
    [InlineData("1 - 2 - 3", "((1 - 2) - 3)")]
    [InlineData("2 ^ 3 ^ 4", "(2 ^ (3 ^ 4))")]
    [InlineData("-2 ^ 2", "((-2) ^ 2)")]
    [InlineData("a || b && c == d", "(a || (b && (c == d)))")]
    [InlineData("!a.b[0](c, 1)", "(!a.b[0](c, 1))")]
    [InlineData("(1 + 2) * 3", "((1 + 2) * 3)")]
    [InlineData("1 < 2 == true", "((1 < 2) == true)")]
    public void Operators_bind_by_precedence(string source, string grouped) => Assert.Equal(grouped, Grouped(ParseExpression(source)));

    [Fact]
    public void Objects_keep_their_keys_as_written()
    {
        var expression = Assert.IsType<ObjectExpression>(ParseExpression("{ a = 1, \"b c\" = 2, \"x\\ty\" = 3, \"\" = 4 }"));
        Assert.Equal(["a", "b c", "x\\ty", "\"\""], expression.Fields.Select(field => field.Name));
        Assert.Equal([false, true, true, false], expression.Fields.Select(field => field.Quoted));
    }

    [Fact]
    public void A_string_may_span_lines_in_backticks_only()
    {
        Assert.True(Parser.ParseFile(new SourceText("f", "a = `x\ny`")).Success);
        Assert.False(Parser.ParseFile(new SourceText("f", "a = \"x\ny\"")).Success);
    }

    [Fact]
    public void All_errors_of_a_file_are_told_at_once()
    {
        ParseResult result = Parser.ParseFile(new SourceText("f", """
            a = [1 2]
            b.c = 3
            d "my label" { }
            e = +
            """));
        Assert.Equal(
            [
                "f:1:8: missing ',' in expression list",
                "f:2:1: attribute names may only consist of a single identifier with no \".\"",
                "f:3:3: expected block label to be a valid identifier, but got \"my label\"",
                "f:4:5: expected expression, got +",
            ],
            result.Diagnostics.Select(error => error.ToString()));
    }

    [Fact]
    public void An_expression_must_be_all_there_is()
    {
        var diagnostics = new DiagnosticBag();
        Assert.Null(Parser.ParseExpression(new SourceText("", "1 2"), diagnostics));
        Assert.Equal("expected TERMINATOR, got NUMBER", Assert.Single(diagnostics).Message);
    }

    [Fact]
    public void Comments_are_kept_in_groups()
    {
        FileNode file = Parse("// one\n// two\n\n/* three */ a = 1 // four");
        Assert.Equal(["// one|// two", "/* three */", "// four"], file.CommentGroups.Select(group => string.Join('|', group.Select(comment => comment.Text))));
    }

    private static FileNode Parse(string source)
    {
        ParseResult result = Parser.ParseFile(new SourceText("f", source));
        Assert.Empty(result.Diagnostics);
        return result.File;
    }

    private static Expression ParseExpression(string source)
    {
        var diagnostics = new DiagnosticBag();
        Expression? expression = Parser.ParseExpression(new SourceText("", source), diagnostics);
        Assert.Empty(diagnostics);
        return Assert.IsAssignableFrom<Expression>(expression);
    }

    private static string Grouped(Expression expression) => expression switch
    {
        BinaryExpression binary => $"({Grouped(binary.Left)} {binary.Operator.Text()} {Grouped(binary.Right)})",
        UnaryExpression unary => $"({unary.Operator.Text()}{Grouped(unary.Operand)})",
        ParenExpression paren => Grouped(paren.Inner),
        _ => Formatter.FormatText(expression),
    };
}
