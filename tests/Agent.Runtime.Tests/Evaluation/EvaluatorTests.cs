using System.Text;
using System.Text.Json;
using Agent.Runtime.Evaluation;
using Agent.Sdk;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Tests.Evaluation;

public sealed class EvaluatorTests
{
    [Theory]
    [InlineData("""string.format("key=%s", secret)""")]
    [InlineData("""encoding.to_json({ password = secret })""")]
    [InlineData("""string.to_upper(string.format("%s", secret)) + "!" """)]
    [InlineData("""string.split(string.format("%s,b", secret), ",")[0]""")]
    [InlineData("""encoding.from_json(encoding.to_json({ password = secret })).password""")]
    public void Text_made_from_a_secret_stays_hidden(string expression)
    {
        Assert.Equal("(secret)", Expressions.Print(expression));
        Assert.True(Expressions.ValueOf(expression).IsSensitive);
    }

    [Fact]
    public void A_secret_declared_harmless_is_shown() =>
        Assert.Equal("\"s3cr3t\"", Expressions.Print("convert.nonsensitive(secret)"));

    [Fact]
    public void Secrets_are_hidden_in_json()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            ValueJson.Write(json, Expressions.ValueOf("""{ a = secret, b = string.format("%s", secret), c = [1, null] }"""));
        }
        Assert.Equal(
            """{"type":"object","value":[{"key":"a","value":{"type":"capsule","value":"(secret)"}},{"key":"b","value":{"type":"string","value":"(secret)"}},{"key":"c","value":{"type":"array","value":[{"type":"number","value":1},{"type":"null","value":null}]}}]}""",
            Encoding.UTF8.GetString(buffer.ToArray()));
    }

    [Theory]
    [InlineData("""sys.env("UNSET")""")]
    [InlineData("""sys.env("UNSET") + "x" """)]
    [InlineData("""string.join([sys.env("UNSET"), "b"], "-")""")]
    [InlineData("""coalesce(sys.env("UNSET"), "x")""")]
    [InlineData("""encoding.from_json(sys.env("UNSET")).a[0]""")]
    [InlineData("""sys.env("UNSET") == "x" """)]
    [InlineData("""-encoding.from_json(sys.env("UNSET"))""")]
    public void What_depends_on_an_unknown_value_is_unknown(string expression) =>
        Assert.IsType<UnknownValue>(Expressions.ValueOf(expression));

    [Fact]
    public void An_unknown_element_leaves_a_concatenation_known() =>
        Assert.Equal(2, Assert.IsType<ArrayValue>(Expressions.ValueOf("""array.concat(["a"], [sys.env("UNSET")])"""), exactMatch: false).Count);

    [Theory]
    [InlineData("""true + sys.env("UNSET")""", "1:1: true should be one of [number string capsule] for binop +, got bool")]
    [InlineData("""[1, 2 +true, undefined]""", "1:8: true should be one of [number string capsule] for binop +, got bool")]
    [InlineData("""string.join(["a", ["b"]], "-")""", "1:19: [\"b\"] should be string, got array")]
    [InlineData("""missing.part""", "1:1: identifier \"missing\" does not exist")]
    public void Errors_point_at_the_part_at_fault(string expression, string error) =>
        Assert.Equal(error, Expressions.ErrorOf(expression));

    [Fact]
    public void All_errors_of_an_expression_are_reported()
    {
        var diagnostics = new DiagnosticBag();
        Expressions.Evaluate("[one, two, three.four]", diagnostics);
        Assert.Equal(3, diagnostics.Count);
    }

    [Fact]
    public void A_scope_takes_the_longest_start_of_a_chain()
    {
        var scope = new ComponentScope();
        Assert.Equal("\"yes\"", ValuePrinter.Print(Expressions.ValueOf("loki.write.local.receiver", scope)));
        Assert.Equal("1:18: field \"nope\" does not exist", Expressions.ErrorOf("loki.write.local.nope", scope));
        Assert.Equal("1:1: component \"loki.write.other\" does not exist", Expressions.ErrorOf("loki.write.other.receiver", scope));
    }

    [Fact]
    public void Objects_print_sorted_and_aligned() =>
        Assert.Equal("{\n\ta     = true,\n\t\"b c\" = [1, 2.5, null],\n}", Expressions.Print("""{ "b c" = [1, 2.5, null], a = true }"""));

    [Fact]
    public void The_one_quotient_that_does_not_fit_wraps() =>
        Assert.Equal("-9223372036854775808", Expressions.Print("(0 - 9223372036854775807 - 1) / -1"));

    private sealed class ComponentScope : IScope
    {
        public Resolution Resolve(IReadOnlyList<string> parts)
        {
            if (parts[0] != "loki")
            {
                return Resolution.Unknown;
            }
            return parts[2] == "local"
                ? Resolution.Found(new MapValue(new Dictionary<string, Value> { ["receiver"] = Value.Of("yes") }), 3)
                : Resolution.Failed($"component \"{string.Join('.', parts.Take(3))}\" does not exist", 3);
        }
    }
}
