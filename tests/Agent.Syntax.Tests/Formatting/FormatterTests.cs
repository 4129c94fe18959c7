namespace Agent.Syntax.Tests;

public sealed class FormatterTests
{
    [Fact]
    public void Neighbouring_attributes_are_aligned() => AssertFormatted(
        "a=1\nlonger = 2 // two\n\nb = 3\n",
        "a      = 1\nlonger = 2 // two\n\nb = 3\n");

    [Fact]
    public void An_attribute_over_several_lines_ends_the_alignment() => AssertFormatted(
        "a = [\n1,\n]\nlonger = 2\n",
        "a = [\n\t1,\n]\nlonger = 2\n");

    [Fact]
    public void Blocks_are_indented_and_stand_apart() => AssertFormatted(
        "a \"x\" {\nb {}\nc=1\n}\nd{ }",
        "a \"x\" {\n\tb { }\n\tc = 1\n}\n\nd { }\n");

    [Fact]
    public void Comments_keep_their_place() => AssertFormatted(
        "a = { // open\n// first\nx = 1, /* in */ y = 2,\n  // last\n}\n// end",
        "a = { // open\n\t// first\n\tx = 1, /* in */ y = 2,\n\t// last\n}\n// end\n");

    [Fact]
    public void Raw_strings_keep_their_lines() => AssertFormatted("a=`x\n   y`\n", "a = `x\n   y`\n");

    [Fact]
    public void A_number_before_a_dot_stays_a_number() => AssertFormatted("a = 1 .b\n", "a = 1 .b\n");

    [Fact]
    public void Widths_count_characters() => AssertFormatted("größe = 1\nab = 2\n", "größe = 1\nab    = 2\n");

    [Fact]
    public void A_carriage_return_in_a_comment_is_dropped() => AssertFormatted("/* a\r\nb */\r\nc = 1\r\n", "/* a\nb */\nc = 1\n");

    private static void AssertFormatted(string source, string expected)
    {
        ParseResult result = Parser.ParseFile(new SourceText("f", source));
        Assert.Empty(result.Diagnostics);
        Assert.Equal(expected, Formatter.FormatText(result.File));
    }
}
