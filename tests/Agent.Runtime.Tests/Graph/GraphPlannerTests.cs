using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Sdk.Declarations;
using Agent.Syntax;

namespace Agent.Runtime.Tests.Graph;

public sealed class GraphPlannerTests
{
    [Fact]
    public void Sinks_come_before_the_producers_that_refer_to_them()
    {
        GraphPlan plan = Plan("""
            test.source "a" { forward_to = [test.sink.b.receiver] }
            test.sink "b" { note = test.value.c.output }
            test.value "c" { text = "x" }
            """, out DiagnosticBag diagnostics);

        Assert.Empty(diagnostics);
        Assert.Equal(["test.value.c", "test.sink.b", "test.source.a"], plan.Nodes.Select(static node => node.Id));
    }

    [Fact]
    public void A_cycle_is_reported_at_every_node_on_it()
    {
        Plan("""
            test.value "a" { text = test.value.b.output }
            test.value "b" { text = test.value.a.output }
            test.value "c" { text = test.value.c.output }
            """, out DiagnosticBag diagnostics);

        Assert.Equal(
            ["test.alloy:1:1: cycle detected: test.value.a, test.value.b", "test.alloy:2:1: cycle detected: test.value.a, test.value.b", "test.alloy:3:1: cannot reference self"],
            diagnostics.Select(static d => d.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("test.valeu \"a\" { }", "test.alloy:1:1: cannot find the definition of component name \"test.valeu\"", "did you mean \"test.value\"?")]
    [InlineData("tracing { }", "test.alloy:1:1: block \"tracing\" is not supported yet", "this version runs components, modules, logging, http, livedebugging and remotecfg")]
    [InlineData("test.sink { }", "test.alloy:1:1: component \"test.sink\" must have a label", null)]
    [InlineData("test.sink \"a\" { }\ntest.sink \"a\" { }", "test.alloy:2:1: block test.sink.a already declared at test.alloy:1:1", "give it another label")]
    [InlineData("x = 1", "test.alloy:1:1: unrecognized attribute x", "only blocks may stand at the top level of a configuration")]
    [InlineData("test.sink \"a\" { note = nobody.there }", "test.alloy:1:24: component \"nobody.there\" does not exist or is out of scope", null)]
    public void A_wrong_block_is_reported_at_its_place(string text, string message, string? help)
    {
        Plan(text, out DiagnosticBag diagnostics);

        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal(message, diagnostic.ToString());
        Assert.Equal(help, diagnostic.Help);
    }

    [Fact]
    public void What_refers_to_an_unknown_component_is_not_reported_a_second_time()
    {
        Plan("""
            gone.away "x" { }
            test.sink "a" { note = gone.away.x.text }
            """, out DiagnosticBag diagnostics);

        Assert.Equal("INV0102", Assert.Single(diagnostics).Code);
    }

    private static GraphPlan Plan(string text, out DiagnosticBag diagnostics)
    {
        diagnostics = [];
        ConfigurationSource source = ConfigurationSource.Parse("test.alloy", text, diagnostics);
        return new GraphPlanner(TestRuntime.Catalog, new NoNames(), Stability.GenerallyAvailable).Plan(source.Statements, diagnostics);
    }
}
