using System.Text;

namespace Agent.Wire.Tests;

public sealed class GoQuoteTests
{
    [Theory]
    [InlineData("plain text", "\"plain text\"")]
    [InlineData("", "\"\"")]
    [InlineData("q\"b\\", "\"q\\\"b\\\\\"")]
    [InlineData("\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"")]
    [InlineData("\0\u001b\u007f", "\"\\x00\\x1b\\x7f\"")]
    [InlineData("é日本😀", "\"é日本😀\"")]
    [InlineData("\u0085\u00a0\u00ad\u2028\ufeff\ue000", "\"\\u0085\\u00a0\\u00ad\\u2028\\ufeff\\ue000\"")]
    [InlineData("\U000E0001\U0010FFFF", "\"\\U000e0001\\U0010ffff\"")]
    public void Text_is_quoted_as_go_does_and_reads_back(string text, string quoted)
    {
        Assert.Equal(quoted, Quote(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(Encoding.UTF8.GetBytes(text), Unquote(quoted));
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_escaped_one_by_one() =>
        Assert.Equal("\"a\\xff\\xe2\\x82b\"", Quote([(byte)'a', 0xFF, 0xE2, 0x82, (byte)'b']));

    [Theory]
    [InlineData("'it\\'s'", "it's")]
    [InlineData("'a\"b'", "a\"b")]
    [InlineData("`raw \\n`", "raw \\n")]
    [InlineData("\"\\u00e9\\101\\x41\"", "éAA")]
    [InlineData("\"x\" rest", "x")]
    public void Every_kind_of_literal_reads(string literal, string text) =>
        Assert.Equal(text, Encoding.UTF8.GetString(Unquote(literal)!));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("\"open")]
    [InlineData("\"open\\")]
    [InlineData("\"open\\\"")]
    [InlineData("`open")]
    [InlineData("\"line\nbreak\"")]
    [InlineData("\"\\q\"")]
    [InlineData("\"\\'\"")]
    [InlineData("\"\\x4\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\U00110000\"")]
    [InlineData("\"\\400\"")]
    [InlineData("\"\\18\"")]
    public void Broken_literals_are_refused(string literal) => Assert.Null(Unquote(literal));

    [Fact]
    public void Any_bytes_survive_quoting()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            byte[] bytes = SampleText.Noise(seed % 60, seed);
            Assert.Equal(bytes, Unquote(Quote(bytes)));
        }
    }

    private static string Quote(ReadOnlySpan<byte> text)
    {
        using var output = new GrowableBuffer();
        GoQuote.Append(output, text);
        return Encoding.UTF8.GetString(output.Written);
    }

    private static byte[]? Unquote(string literal)
    {
        byte[] text = Encoding.UTF8.GetBytes(literal);
        return GoQuote.TryUnquote(text, new byte[text.Length], out ReadOnlySpan<byte> value, out _) ? value.ToArray() : null;
    }
}
