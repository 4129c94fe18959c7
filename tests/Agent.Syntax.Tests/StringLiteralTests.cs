namespace Agent.Syntax.Tests;

public sealed class StringLiteralTests
{
    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"plain\"", "plain")]
    [InlineData("\"a\\tb\\n\\\"\\\\\"", "a\tb\n\"\\")]
    [InlineData("\"\\a\\b\\f\\r\\v\"", "\a\b\f\r\v")]
    [InlineData("\"\\x41\\101\\u0041\\U00000041\"", "AAAA")]
    [InlineData("\"\\xc3\\xa9 \\303\\251\"", "é é")]
    [InlineData("\"\\U0001F600\"", "😀")]
    [InlineData("\"\\xff\"", "\ufffd")]
    [InlineData("`raw \\n \"x\"`", "raw \\n \"x\"")]
    [InlineData("`two\r\nlines`", "two\nlines")]
    public void A_literal_stands_for_its_text(string literal, string text) => Assert.Equal(text, StringLiteral.Unquote(literal));

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("plain")]
    [InlineData("\"open")]
    [InlineData("'x'")]
    [InlineData("\"\\'\"")]
    [InlineData("\"\\z\"")]
    [InlineData("\"\\777\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\U00110000\"")]
    [InlineData("\"\\x4\"")]
    [InlineData("\"a\"b\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"\\\"")]
    [InlineData("`a`b`")]
    public void What_is_no_literal_is_refused(string literal) => Assert.False(StringLiteral.TryUnquote(literal, out _));

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("it's", "\"it's\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"")]
    [InlineData("\0\u001b\u007f", "\"\\x00\\x1b\\x7f\"")]
    [InlineData("é😀\u0301", "\"é😀\u0301\"")]
    [InlineData("\u0085\u00a0\u200b\ufeff", "\"\\u0085\\u00a0\\u200b\\ufeff\"")]
    [InlineData("\U000e0001", "\"\\U000e0001\"")]
    public void Text_is_quoted_by_the_rules_of_Go(string text, string literal)
    {
        Assert.Equal(literal, StringLiteral.Quote(text));
        Assert.Equal(text, StringLiteral.Unquote(literal));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_quoted_one_by_one() =>
        Assert.Equal("\"a\\xff\\xc3z\"", StringLiteral.Quote([(byte)'a', 0xFF, 0xC3, (byte)'z']));
}
