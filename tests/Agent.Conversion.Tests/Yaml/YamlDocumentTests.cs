using System.Text;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Tests.Yaml;

public sealed class YamlDocumentTests
{
    [Fact]
    public void Scalars_without_quotes_stand_for_what_they_look_like()
    {
        YamlNode root = Read("[a, 'a', 5, '5', 1.5, true, ~, 1h, 2006-01-02]");

        Assert.Equal(
            [YamlKind.Text, YamlKind.Text, YamlKind.Int, YamlKind.Text, YamlKind.Float, YamlKind.Bool, YamlKind.Null, YamlKind.Text, YamlKind.Text],
            root.Items.Select(static item => item.Kind));
    }

    [Fact]
    public void An_empty_text_is_null_and_a_second_document_is_not_read()
    {
        Assert.Equal(YamlKind.Null, Read("").Kind);
        Assert.Equal("a", Assert.Single(Read("a: 1\n---\nb: 2\n").Fields).Key);
    }

    [Fact]
    public void Merged_maps_give_the_keys_that_are_not_there()
    {
        YamlNode root = Read("base: &base {a: 1, b: 2}\nuse:\n  <<: *base\n  b: 3\n");

        YamlNode use = root.Fields[1].Value;
        Assert.Equal(["b=3", "a=1"], use.Fields.Select(static field => $"{field.Key}={field.Value.Text}"));
    }

    [Theory]
    [InlineData("a: [1, 2\nb: 3\n", "line 1: could not find expected ':' or ','")]
    [InlineData("a: b: c\n", "line 1: ")]
    [InlineData("a: *none\n", "line 1: unknown anchor 'none' referenced")]
    [InlineData("a: 1\na: 2\n", "line 2: key \"a\" already set in map")]
    [InlineData("a: &x [*x]\n", "line 1: unknown anchor 'x' referenced")]
    public void What_is_no_YAML_has_a_line(string text, string error) =>
        Assert.Contains("yaml: " + error, Error(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text_have_a_line() =>
        Assert.Equal("yaml: line 3: invalid leading UTF-8 octet", Error([.. "a: 1\nb: 2\nc: "u8, 0xFF, 0xFE]));

    [Fact]
    public void Aliases_of_aliases_do_not_grow_without_bounds()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
        {
            text.Append('a').Append(i).Append(": &a").Append(i).Append(" [").AppendJoin(", ", Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        }
        Assert.Equal("yaml: document contains excessive aliasing", Error(Encoding.UTF8.GetBytes(text.ToString())));
    }

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Equal("yaml: line 1: the document is too large or too deep", Error(Encoding.UTF8.GetBytes(new string('[', 5000))));

    [Fact]
    public void Written_again_it_reads_the_same()
    {
        const string Text = """
            modules:
              http_2xx:
                prober: http
                codes:
                - 200
                - 204
                body: '{}'
                empty: {}
                none: null
                port: "5"
                name: 'a: b'
                rules:
                - name: x
                  keep: true

            """;
        Assert.Equal(Text.ReplaceLineEndings("\n"), YamlText.Of(Read(Text)));
    }

    private static YamlNode Read(string text)
    {
        (YamlNode? root, string? error) = YamlDocument.Read(Encoding.UTF8.GetBytes(text));
        Assert.Null(error);
        return root!;
    }

    private static string Error(byte[] text)
    {
        (YamlNode? root, string? error) = YamlDocument.Read(text);
        Assert.Null(root);
        return error!;
    }
}
