using Agent.Runtime.Tests.Graph;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

public sealed class ForeachTests
{
    [Fact]
    public async Task Each_item_gets_an_instance_under_an_id_of_its_own()
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync("""
            test.sink "out" { }
            foreach "it" {
                collection = ["a.b", "a.b", 3, 2.5, true, {"name" = "web"}]
                var        = "item"
                id         = "name"
                template {
                    test.source "in" { forward_to = [test.sink.out.receiver] }
                }
            }
            """);

        string[] expected = ["foreach_a_b_1", "foreach_a_b_2", "foreach_3_1", "foreach_2_500000_1", "foreach_true_1", "foreach_web_1"];
        Assert.Equal(expected.Select(static id => "foreach.it/" + id), runtime.Node("foreach.it").Modules);
        Assert.Contains("foreach.it/foreach_web_1/test.source.in", runtime.Ids);
    }

    [Fact]
    public async Task A_changed_item_restarts_only_its_own_instance()
    {
        await using var runtime = new ModuleRuntime();
        const string text = """
            test.sink "out" { }
            foreach "it" {
                collection = [ITEMS]
                var        = "item"
                template {
                    test.source "in" {
                        forward_to = [test.sink.out.receiver]
                        tag        = item
                    }
                }
            }
            """;
        await runtime.LoadGoodAsync(text.Replace("ITEMS", "\"a\", \"b\", \"c\"", StringComparison.Ordinal));
        var a = runtime.Component<TestSource>("foreach.it/foreach_a_1/test.source.in");
        var b = runtime.Component<TestSource>("foreach.it/foreach_b_1/test.source.in");

        await runtime.LoadGoodAsync(text.Replace("ITEMS", "\"d\", \"c\", \"a\"", StringComparison.Ordinal));

        await b.Stopped.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Same(a, runtime.Component<TestSource>("foreach.it/foreach_a_1/test.source.in"));
        Assert.Equal(1, a.Applied);
        Assert.Equal("d", runtime.Component<TestSource>("foreach.it/foreach_d_1/test.source.in").Current!.Tag);
        Assert.DoesNotContain("foreach.it/foreach_b_1/test.source.in", runtime.Ids);
    }

    [Fact]
    public async Task Items_from_a_component_follow_its_exports()
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync("""
            test.value "list" { text = "[\"a\"]" }
            foreach "it" {
                collection = encoding.from_json(test.value.list.output)
                var        = "item"
                template {
                    test.value "copy" { text = item + "!" }
                    foreach "nested" {
                        collection = [1]
                        var        = "number"
                        template {
                            test.value "deep" { text = test.value.copy.output + item }
                        }
                    }
                }
            }
            """);
        var a = runtime.Component<TestValue>("foreach.it/foreach_a_1/test.value.copy");

        runtime.Component<TestValue>("test.value.list").ExportNow("[\"b\", \"a\"]");

        await Eventually.TrueAsync(() => runtime.Ids.Contains("foreach.it/foreach_b_1/foreach.nested/foreach_1_1/test.value.deep"));
        Assert.Same(a, runtime.Component<TestValue>("foreach.it/foreach_a_1/test.value.copy"));
        Assert.Equal("b!b", runtime.Node("foreach.it/foreach_b_1/foreach.nested/foreach_1_1/test.value.deep").Exports!["output"].ToString());
    }

    [Fact]
    public async Task Items_that_cannot_be_used_leave_the_old_instances_running_and_show_why()
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync("""
            test.value "list" { text = "[\"a\"]" }
            foreach "it" {
                collection = encoding.from_json(test.value.list.output)
                var        = "item"
                template {
                    test.value "copy" { text = item }
                }
            }
            """);
        var a = runtime.Component<TestValue>("foreach.it/foreach_a_1/test.value.copy");

        runtime.Component<TestValue>("test.value.list").ExportNow("[[1], \"a\"]");

        await Eventually.TrueAsync(() => runtime.Node("foreach.it").Health.Current.Message.Contains("the last good version is kept", StringComparison.Ordinal));
        Assert.Contains(":6:36: item should be string, got array", runtime.Node("foreach.it").Health.Current.Message, StringComparison.Ordinal);
        Assert.Same(a, runtime.Component<TestValue>("foreach.it/foreach_a_1/test.value.copy"));

        runtime.Component<TestValue>("test.value.list").ExportNow("[\"c\"]");

        await Eventually.TrueAsync(() => runtime.Ids.Contains("foreach.it/foreach_c_1/test.value.copy"));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Metrics_of_the_instances_show_only_where_they_are_wanted(bool wanted, int shown)
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync($$"""
            foreach "it" {
                collection     = [10]
                var            = "item"
                enable_metrics = {{(wanted ? "true" : "false")}}
                template {
                    testcomponents.pulse "pt" {
                        max        = item
                        forward_to = []
                    }
                }
            }
            """);

        Assert.Equal(shown, runtime.Metrics.Families().Count(static family => family.Name == "pulse_count"));
    }

    [Theory]
    [InlineData("collection = 1\nvar = \"x\"\ntemplate { }", "collection should be array, got number")]
    [InlineData("collection = []\nvar = \"x\"", "missing required block \"template\"")]
    [InlineData("collection = []\ntemplate { }", "missing required attribute \"var\"")]
    [InlineData("collection = [1]\nvar = \"x\"\ntemplate {\ntest.value \"v\" { text = y } }", "component \"y\" does not exist or is out of scope")]
    public async Task A_wrong_block_is_refused(string body, string message)
    {
        await using var runtime = new ModuleRuntime();

        LoadResult result = await runtime.LoadAsync($"foreach \"it\" {{\n{body}\n}}");

        Assert.False(result.Success);
        Assert.Contains(message, result.ErrorText, StringComparison.Ordinal);
    }
}
