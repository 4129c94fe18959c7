using Agent.Runtime.StandardLibrary;
using Agent.Runtime.Tests.Evaluation;
using Agent.Sdk.Declarations;

namespace Agent.Runtime.Tests.StandardLibrary;

public sealed class StandardLibraryTests
{
    [Theory]
    [InlineData("""string.format("%[2]d %[1]d", 1, 2)""", "2 1")]
    [InlineData("""string.format("%[3]d", 1)""", "%!d(BADINDEX)")]
    [InlineData("""string.format("%-8s|%8.3s|", "ab", "abcdef")""", "ab      |     abc|")]
    [InlineData("""string.format("%x %X %#x", "hi", 255, "hi")""", "6869 FF 0x6869")]
    [InlineData("""string.format("%v %v", 1e21, 123456789.0)""", "1e+21 1.23456789e+08")]
    [InlineData("""string.format("%.0f %.2f %g", 2.5, 2.675, 0.00001)""", "2 2.67 1e-05")]
    [InlineData("""string.format("%5t|%q|%c", true, 65, 66)""", " true|'A'|B")]
    [InlineData("""string.format("%v %#v", ["a", 1, null], ["a", 1])""", "[a 1 <nil>] []interface {}{\"a\", 1}")]
    [InlineData("""string.format("%+.1e % d", 12345.678, 7)""", "+1.2e+04  7")]
    [InlineData("""string.format("%!", 1) + "%" """, "%!!(int=1)%")]
    [InlineData("""string.format("%9999999d", 1)""", "%!(NOVERB)%!(EXTRA int=1)")]
    public void Format_follows_go(string expression, string expected) => Assert.Equal(expected, Expressions.Text(expression));

    [Theory]
    [InlineData("""json_path("{\"a\":[{\"b\":1},{\"b\":2},{\"b\":3}]}", "$.a[?(@.b > 1)].b")""", "[2, 3]")]
    [InlineData("""json_path("{\"a\":[{\"b\":1},{\"b\":2},{\"b\":3}]}", "$..b")""", "[1, 2, 3]")]
    [InlineData("""json_path("{\"a\":[{\"b\":1},{\"b\":2},{\"c\":3}]}", ".a[?(@.b == 2 || @.c)]")[1].c""", "3")]
    [InlineData("""json_path("[1,2,3,4,5]", "[-2:]")""", "[4, 5]")]
    [InlineData("""json_path("[1,2,3,4,5]", "[4:1:-2]")""", "[5, 3]")]
    [InlineData("""json_path("[1,2,3,4,5]", "[0,-1]")""", "[1, 5]")]
    [InlineData("""json_path("[\"ab\",\"bc\"]", "[?(@ =~ /^a/)]")""", "[\"ab\"]")]
    [InlineData("""json_path("[{\"n\":\"x\"},{\"n\":\"y\"}]", "[?(@.n in ['y','z'])].n")""", "[\"y\"]")]
    [InlineData("""json_path("[[1],[1,2]]", "[?(length(@) == 2)]")""", "[[1, 2]]")]
    [InlineData("""json_path("{\"a\":1,\"b\":2}", "$['a','b']")""", "[1, 2]")]
    [InlineData("""json_path("{\"a\":{\"b\":1}}", "")""", "[]")]
    public void Json_path_selects(string expression, string expected) => Assert.Equal(expected, Expressions.Print(expression));

    [Theory]
    [InlineData("""encoding.from_yaml("a: &x {b: 1}\nc: {<<: *x, d: 2}").c.b""", "1")]
    [InlineData("""encoding.from_yaml("- 0b101\n- 0o17\n- -0x1F\n- 089\n- +12\n- 1e3\n- !!float 3\n- '1'")""", "[5, 15, -31, 89, 12, 1000, 3, \"1\"]")]
    [InlineData("""encoding.from_yaml("2001-1-2 3:4:5.60")""", "\"2001-01-02T03:04:05.6Z\"")]
    [InlineData("""encoding.from_yaml("# only a comment")""", "null")]
    public void Yaml_has_the_types_of_go_yaml(string expression, string expected) => Assert.Equal(expected, Expressions.Print(expression));

    [Theory]
    [InlineData("""encoding.from_yaml("a: *b")""")]
    [InlineData("""encoding.from_yaml("a:\n\tb: 1")""")]
    [InlineData("""encoding.from_yaml("!!int x")""")]
    [InlineData("""encoding.from_yaml("a: !!b[1,x y")""")]
    [InlineData("""encoding.from_json("{\"a\":1,}")""")]
    [InlineData("""encoding.from_json("01")""")]
    [InlineData("""encoding.from_json("\"a\nb\"")""")]
    [InlineData("""json_path("{}", "[?(@.a =~ /(/)]")""")]
    [InlineData("""json_path("{}", "$.a-b")""")]
    public void Malformed_text_is_an_error_at_the_function(string expression) =>
        Assert.StartsWith("1:1: ", Expressions.ErrorOf(expression));

    [Fact]
    public void Documents_that_explode_or_nest_without_end_are_refused()
    {
        string json = new string('[', 100_000);
        Assert.Contains("max depth", Expressions.ErrorOf($"encoding.from_json(\"{json}\")"));
        Assert.Contains("max depth", Expressions.ErrorOf($"encoding.from_yaml(\"{json[..2000]}\")"));
        string bomb = "a0: &a0 [x]\\n" + string.Concat(Enumerable.Range(1, 30).Select(static i => $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\\n"));
        Assert.Contains("excessive aliasing", Expressions.ErrorOf($"encoding.from_yaml(\"{bomb}\")"));
    }

    [Fact]
    public void Text_cannot_grow_without_end()
    {
        string growing = "\"" + new string('a', 10_000) + "\"";
        Assert.Contains("too long", Expressions.ErrorOf($"string.replace({growing}, \"a\", {growing})"));
        Assert.Contains("too long", Expressions.ErrorOf("""string.format("%1000000d%1000000d%1000000d", 1, 2, 3) + string.replace(string.format("%1000000d", 1), " ", string.format("%100d", 1))"""));
    }

    [Fact]
    public void Functions_tell_how_settled_they_are()
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions());
        Assert.Equal(Stability.Experimental, library.StabilityOf("array.group_by"));
        Assert.Equal(Stability.GenerallyAvailable, library.StabilityOf("array.concat"));
        Assert.True(library.IsDeprecated("json_decode"));
        Assert.Equal("encoding.from_json", StandardLibraryScope.ReplacementOf("json_decode"));
        Assert.True(library.Contains("constants"));
        Assert.False(library.Contains("loki"));
    }

    [Fact]
    public void The_version_has_a_leading_v() =>
        Assert.Equal("v0.0.0", Expressions.Text("constants.version"));

    [Fact]
    public void An_environment_variable_that_is_set_is_known() =>
        Assert.Equal("/root", Expressions.Text("""sys.env("HOME")"""));
}
