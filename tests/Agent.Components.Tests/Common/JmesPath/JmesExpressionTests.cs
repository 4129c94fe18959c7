using System.Text;
using System.Text.Json;
using Agent.Components.Common.JmesPath;
using Agent.Testing;

namespace Agent.Components.Tests.Common.JmesPath;

public sealed class JmesExpressionTests
{
    [ConformanceFact]
    public void Expressions_agree_with_the_golden_data()
    {
        var set = new ConformanceSet("primitives/jmespath");
        using JsonDocument file = Conformance.Load("primitives/jmespath.json");
        byte[] json = Encoding.UTF8.GetBytes(file.RootElement.GetProperty("json").GetString()!);
        Assert.True(JmesJson.TryRead(json, out JmesValue document, out _));
        foreach (JsonElement test in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(test.GetProperty("id").GetString()!, () => Check(test, document));
        }
        set.Finish();
    }

    [Theory]
    [InlineData("sort([`3`, `1`])", "[1,3]")]
    [InlineData("`1e21`", "1e+21")]
    [InlineData("`1e-7`", "1e-7")]
    [InlineData("`0.000001`", "0.000001")]
    [InlineData("`12345678901234567890`", "12345678901234567000")]
    [InlineData("`-0.5`", "-0.5")]
    [InlineData("'<a>&'", "\"\\u003ca\\u003e\\u0026\"")]
    [InlineData("zip([`1`,`2`], ['a','b'])", "[[1,\"a\"],[2,\"b\"]]")]
    [InlineData("items({b: `1`, a: `2`})", "[[\"a\",2],[\"b\",1]]")]
    [InlineData("split('a-b-c', '-', `1`)", "[\"a\",\"b-c\"]")]
    [InlineData("find_last('banana', 'an')", "3")]
    [InlineData("let $a = `1` in let $b = $a in $a + $b", "2")]
    [InlineData("[`1`, `2`, `3`][?@ > `1`] | [0]", "2")]
    public void Results_are_printed_as_Go_prints_them(string text, string expected)
    {
        Assert.True(JmesExpression.TryParse(text, out JmesExpression? expression, out string? error), error);
        Assert.True(JmesJson.TryRead("{}"u8, out JmesValue document, out _));
        Assert.True(expression.TrySearch(document, out JmesValue result, out error), error);
        Assert.Equal(expected, JmesJson.Write(result));
    }

    [Fact]
    public void Plain_paths_are_known_as_such()
    {
        Assert.Equal(["a", "b c", "d"], Parse("a.\"b c\".d").FieldPath!);
        Assert.Null(Parse("a[0]").FieldPath);
        Assert.Null(Parse("length(a)").FieldPath);
    }

    [Theory]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1} x")]
    [InlineData("")]
    public void Broken_documents_are_refused(string text)
    {
        byte[] json = Encoding.UTF8.GetBytes(text);
        Assert.False(JmesJson.TryRead(json, out _, out string? error));
        Assert.NotNull(error);
    }

    [Fact]
    public void Broken_text_becomes_replacement_characters()
    {
        Assert.True(JmesJson.TryRead("\"a\\ud800b\""u8, out JmesValue value, out _));
        Assert.Equal("a\uFFFDb", value.AsString);
    }

    private static JmesExpression Parse(string text) =>
        JmesExpression.TryParse(text, out JmesExpression? expression, out string? error) ? expression : throw new FormatException(error);

    private static string? Check(JsonElement test, JmesValue document)
    {
        bool parsed = JmesExpression.TryParse(test.GetProperty("expression").GetString()!, out JmesExpression? expression, out string? error);
        if (test.TryGetProperty("compile_error", out _))
        {
            return parsed ? "was accepted" : null;
        }
        if (expression is null)
        {
            return error;
        }
        bool evaluated = expression.TrySearch(document, out JmesValue result, out error);
        if (test.TryGetProperty("search_error", out _))
        {
            return evaluated ? $"gave {JmesJson.Write(result)}" : null;
        }
        if (!evaluated)
        {
            return error;
        }
        using JsonDocument found = JsonDocument.Parse(JmesJson.Write(result));
        return JsonElement.DeepEquals(found.RootElement, test.GetProperty("result")) ? null : JmesJson.Write(result);
    }
}
