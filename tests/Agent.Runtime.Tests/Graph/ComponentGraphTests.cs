using Agent.Runtime.Graph;
using Agent.Runtime.Ports;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Graph;

public sealed class ComponentGraphTests
{
    private const string Pipeline = """
        test.value "tag" { text = "one" }
        test.sink "out" { }
        test.source "in" {
            forward_to = [test.sink.out.receiver]
            tag        = test.value.tag.output
        }
        """;

    [Fact]
    public async Task A_line_goes_from_source_to_sink_and_is_counted_on_its_edge()
    {
        await using var runtime = new TestRuntime();
        LoadResult result = await runtime.LoadAsync(Pipeline);
        Assert.True(result.Success, result.ErrorText);

        await runtime.Component<TestSource>("test.source.in").SendAsync("hello");

        var entry = Assert.Single(runtime.Component<TestSink>("test.sink.out").Collected.Entries);
        Assert.Equal(("hello", "one"), (entry.Line, entry.Labels["tag"]));
        var edge = Assert.IsType<LogEdge>(Assert.Single(runtime.Node("test.source.in").Edges));
        Assert.Equal(("test.sink.out", "loki_log", 1L, 5L), (edge.To, edge.DataType, edge.Items.Value, edge.Bytes.Value));
    }

    [Fact]
    public async Task A_reload_with_equal_arguments_restarts_and_applies_nothing()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline);
        var source = runtime.Component<TestSource>("test.source.in");

        Assert.True((await runtime.LoadAsync("// moved\n\n" + Pipeline)).Success);

        Assert.Same(source, runtime.Component<TestSource>("test.source.in"));
        Assert.Equal(1, source.Applied);
    }

    [Fact]
    public async Task A_changed_argument_is_applied_to_the_running_component()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline);
        var source = runtime.Component<TestSource>("test.source.in");

        await runtime.LoadAsync(Pipeline.Replace("\"one\"", "\"two\"", StringComparison.Ordinal));

        Assert.Same(source, runtime.Component<TestSource>("test.source.in"));
        Assert.Equal("two", source.Current!.Tag);
    }

    [Theory]
    [InlineData("test.value \"tag\" { text = ", "expected")]
    [InlineData("test.value \"tag\" { txt = \"x\" }", "unrecognized attribute name \"txt\"")]
    [InlineData("test.value \"tag\" { text = [1] }", "string")]
    [InlineData("test.source \"in\" { forward_to = [test.value.tag.output] }\ntest.value \"tag\" { text = \"\" }", "capsule")]
    public async Task An_error_leaves_the_running_graph_untouched(string text, string cause)
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline);
        IReadOnlyList<ComponentNode> before = runtime.Agent.Graph.Nodes;

        LoadResult result = await runtime.LoadAsync(text);

        Assert.False(result.Success);
        Assert.Contains(cause, result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("test.alloy:1:", result.ErrorText, StringComparison.Ordinal);
        Assert.Same(before, runtime.Agent.Graph.Nodes);
        await runtime.Component<TestSource>("test.source.in").SendAsync("still here");
        Assert.Single(runtime.Component<TestSink>("test.sink.out").Collected.Entries);
    }

    [Fact]
    public async Task Removed_components_are_stopped_and_disposed_of()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline);
        var source = runtime.Component<TestSource>("test.source.in");

        await runtime.LoadAsync("test.sink \"out\" { }");

        await source.Stopped.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["test.sink.out"], runtime.Agent.Graph.Nodes.Select(static node => node.Id));
    }

    [Fact]
    public async Task A_changed_export_reaches_those_that_refer_to_it()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Pipeline);
        var source = runtime.Component<TestSource>("test.source.in");

        runtime.Component<TestValue>("test.value.tag").ExportNow("three");

        await Eventually.TrueAsync(() => source.Current!.Tag == "three");
    }

    [Fact]
    public async Task Circumstances_make_a_component_unhealthy_and_it_is_tried_again_while_others_run()
    {
        await using var runtime = new TestRuntime();
        LoadResult result = await runtime.LoadAsync("""
            test.sink "out" { }
            test.source "bad" {
                forward_to = [test.sink.out.receiver]
                unready    = true
            }
            test.source "good" { forward_to = [test.sink.out.receiver] }
            """);

        Assert.True(result.Success, result.ErrorText);
        NodeHealth health = runtime.Node("test.source.bad").Health.Current;
        Assert.Equal((HealthState.Unhealthy, "not ready yet"), (health.State, health.Message));
        Assert.Equal(HealthState.Healthy, runtime.Node("test.source.good").Health.Current.State);
    }

    [Fact]
    public async Task A_sink_that_throws_becomes_unhealthy_and_its_loss_is_counted()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync("""
            test.sink "out" { broken = true }
            test.source "in" { forward_to = [test.sink.out.receiver] }
            """);

        await runtime.Component<TestSource>("test.source.in").SendAsync("lost");

        NodeHealth health = runtime.Node("test.sink.out").Health.Current;
        Assert.Equal((HealthState.Unhealthy, "cannot take entries: broken sink"), (health.State, health.Message));
    }
}
