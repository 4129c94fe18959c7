using Agent.Runtime.Graph;
using Agent.Runtime.Ports;
using Agent.Runtime.Tests.Graph;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

public sealed class DeclareTests
{
    private const string Feature = """
        declare "feature" {
            argument "forward_to" { }
            argument "tag" {
                optional = true
                default  = "none"
            }
            test.source "in" {
                forward_to = argument.forward_to.value
                tag        = argument.tag.value
            }
            test.sink "spare" { }
            export "receiver" { value = test.sink.spare.receiver }
        }
        test.sink "out" { }
        """;

    [Fact]
    public async Task A_custom_component_is_used_like_any_other_and_its_nodes_carry_the_path_of_the_module()
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync(Feature + """

            feature "one" {
                forward_to = [test.sink.out.receiver]
                tag        = "x"
            }
            feature "two" { forward_to = [feature.one.receiver] }
            """);

        await runtime.Component<TestSource>("feature.one/test.source.in").SendAsync("hello");
        await runtime.Component<TestSource>("feature.two/test.source.in").SendAsync("world");

        var first = Assert.Single(runtime.Component<TestSink>("test.sink.out").Collected.Entries);
        Assert.Equal(("hello", "x"), (first.Line, first.Labels["tag"]));
        var second = Assert.Single(runtime.Component<TestSink>("feature.one/test.sink.spare").Collected.Entries);
        Assert.Equal(("world", "none"), (second.Line, second.Labels["tag"]));
        ComponentNode node = runtime.Node("feature.two/test.source.in");
        Assert.Equal(("test.source.in", "feature.two", "/feature.two"), (node.LocalId, node.ModuleId, node.ComponentPath));
        Assert.Equal("feature.one/test.sink.spare", Assert.Single(node.Edges).To);
        Assert.Equal(["feature.two"], runtime.Node("feature.two").Modules);
        Assert.Equal(["receiver"], runtime.Node("feature.two").ShownExports!.Keys);
        Assert.Contains(
            runtime.Metrics.Families().Single(static family => family.Name == "invar_component_busy_seconds_total").Series,
            static series => series.LabelValues.SequenceEqual(["/feature.one", "test.source.in"]));
    }

    [Fact]
    public async Task Sinks_stand_before_their_producers_across_the_borders_of_modules()
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync(Feature + """

            feature "a" { forward_to = [feature.b.receiver] }
            feature "b" { forward_to = [test.sink.out.receiver] }
            """);

        List<string> order = [.. runtime.Ids];
        Assert.True(order.IndexOf("test.sink.out") < order.IndexOf("feature.b/test.source.in"));
        Assert.True(order.IndexOf("feature.b/test.sink.spare") < order.IndexOf("feature.a/test.source.in"));
    }

    [Fact]
    public async Task A_changed_argument_reaches_only_what_refers_to_it()
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync("""
            declare "pair" {
                argument "left" { }
                argument "right" { }
                test.value "left" { text = argument.left.value }
                test.value "right" { text = argument.right.value }
                export "left" { value = test.value.left.output }
            }
            test.value "l" { text = "l1" }
            pair "p" {
                left  = test.value.l.output
                right = "r"
            }
            test.value "end" { text = pair.p.left }
            """);
        var left = runtime.Component<TestValue>("pair.p/test.value.left");
        var right = runtime.Component<TestValue>("pair.p/test.value.right");

        runtime.Component<TestValue>("test.value.l").ExportNow("l2");

        await Eventually.TrueAsync(() => runtime.Component<TestValue>("test.value.end").Applied == 2);
        Assert.Equal((2, 1), (left.Applied, right.Applied));
        Assert.Equal("l2", runtime.Node("test.value.end").Exports!["output"].ToString());
    }

    [Fact]
    public async Task A_reload_restarts_only_what_changed_inside_and_removes_what_is_gone()
    {
        await using var runtime = new ModuleRuntime();
        string text = Feature + "\nfeature \"one\" { forward_to = [test.sink.out.receiver] }\nfeature \"two\" { forward_to = [test.sink.out.receiver] }\n";
        await runtime.LoadGoodAsync(text);
        var one = runtime.Component<TestSource>("feature.one/test.source.in");
        var two = runtime.Component<TestSource>("feature.two/test.source.in");

        await runtime.LoadGoodAsync(text.Replace("feature \"two\" {", "feature \"two\" {\n tag = \"new\"\n", StringComparison.Ordinal));

        Assert.Same(one, runtime.Component<TestSource>("feature.one/test.source.in"));
        Assert.Same(two, runtime.Component<TestSource>("feature.two/test.source.in"));
        Assert.Equal((1, 2, "new"), (one.Applied, two.Applied, two.Current!.Tag));

        await runtime.LoadGoodAsync(Feature);

        await one.Stopped.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["test.sink.out"], runtime.Ids);
    }

    [Fact]
    public async Task An_error_inside_a_module_points_into_it_and_at_its_use_and_changes_nothing()
    {
        await using var runtime = new ModuleRuntime();
        string good = """
            declare "outer" {
                argument "n" { }
                declare "inner" {
                    argument "m" { }
                    test.value "v" { text = argument.m.value }
                }
                inner "i" { m = argument.n.value }
            }
            outer "o" { n = "fine" }
            """;
        await runtime.LoadGoodAsync(good);
        IReadOnlyList<ComponentNode> before = runtime.Agent.Graph.Nodes;

        LoadResult result = await runtime.LoadAsync(good.Replace("\"fine\"", "[1]", StringComparison.Ordinal));

        Assert.False(result.Success);
        string main = runtime.PathOf("main.alloy");
        Assert.Contains($"{main}:5:33: argument.m.value should be string, got array", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"{main}:7:5: cannot load custom component inner.i: ", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"{main}:9:1: cannot load custom component outer.o: ", result.ErrorText, StringComparison.Ordinal);
        Assert.Same(before, runtime.Agent.Graph.Nodes);
    }

    [Theory]
    [InlineData("declare \"a\" { a \"x\" { } }\na \"y\" { }", "1:1: cannot reference self")]
    [InlineData("declare \"a\" { b \"x\" { } }\ndeclare \"b\" { a \"x\" { } }", "1:1: cycle detected: declare.a, declare.b")]
    [InlineData("declare \"a\" { }\na \"y\" { n = 1 }", "2:9: unrecognized attribute name \"n\"")]
    [InlineData("declare \"a\" { argument \"n\" { } }\na \"y\" { }", "2:1: missing required attribute \"n\"")]
    [InlineData("declare \"a\" { }\na \"y\" { b { } }", "2:9: unrecognized block name \"b\"")]
    [InlineData("declare \"a\" { }\na { }", "2:1: component \"a\" must have a label")]
    [InlineData("declare { }", "1:1: declare block must have a label")]
    [InlineData("declare \"a\" { }\ndeclare \"a\" { }", "2:1: block declare.a already declared at 1:1")]
    [InlineData("argument \"a\" { }", "1:1: argument blocks only allowed inside a module")]
    [InlineData("export \"a\" { value = 1 }", "1:1: export blocks only allowed inside a module")]
    [InlineData("declare \"a\" { test.sink \"s\" { note = test.value.out.output } }\na \"y\" { }\ntest.value \"out\" { text = \"\" }", "1:38: component \"test.value.out.output\" does not exist or is out of scope")]
    [InlineData("declare \"a\" { export \"e\" { value = 1 } }\na \"y\" { }\ntest.value \"v\" { text = a.y.f }", "field \"f\" does not exist")]
    public async Task A_wrong_module_is_refused_at_its_place(string text, string message)
    {
        await using var runtime = new ModuleRuntime();

        LoadResult result = await runtime.LoadAsync(text);

        Assert.False(result.Success);
        Assert.Contains(message, result.ErrorText.Replace(runtime.PathOf("main.alloy") + ":", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_inside_shows_in_the_health_of_the_custom_component()
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync("""
            declare "a" {
                test.sink "s" { }
                test.source "in" {
                    forward_to = [test.sink.s.receiver]
                    unready    = true
                }
            }
            a "x" { }
            test.sink "fine" { }
            """);

        Assert.Equal((HealthState.Unhealthy, "test.source.in: not ready yet"), (runtime.Node("a.x").Health.Current.State, runtime.Node("a.x").Health.Current.Message));
        Assert.Equal(HealthState.Healthy, runtime.Node("test.sink.fine").Health.Current.State);
    }

    [Fact]
    public async Task Receivers_passed_through_modules_keep_their_edges_when_the_module_is_reloaded()
    {
        await using var runtime = new ModuleRuntime();
        string text = Feature + "\nfeature \"one\" { forward_to = [test.sink.out.receiver] }\n";
        await runtime.LoadGoodAsync(text);
        Edge edge = Assert.Single(runtime.Node("feature.one/test.source.in").Edges);

        await runtime.LoadGoodAsync("// moved\n" + text);

        Assert.Same(edge, Assert.Single(runtime.Node("feature.one/test.source.in").Edges));
    }
}
