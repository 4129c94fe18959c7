using Agent.Sdk;

namespace Agent.Runtime.Tests.Graph;

public sealed class ConsumerListTests
{
    private const string Watched = """test.watched "w" { items = ["a"] }""";

    [Fact]
    public async Task Every_reference_is_told_with_its_place_before_the_component_runs()
    {
        await using var runtime = new TestRuntime();
        Assert.True((await runtime.LoadAsync(Watched + """

            test.taker "whole" { items = test.watched.w.items }
            test.taker "paren" { items = (test.watched.w.items) }
            test.taker "part" { note = test.watched.w.items[0] }
            test.taker "inner" {
              inner { more = test.watched.w.items }
            }
            test.taker "other" { note = "x" }
            """)).Success);
        TestWatched component = runtime.Component<TestWatched>("test.watched.w");

        IReadOnlyList<ExportUse> uses = component.Told[0];
        Assert.Equal(
            [
                ("test.taker.inner", "inner.more", "items", true), ("test.taker.paren", "items", "items", true),
                ("test.taker.part", "note", "items", false), ("test.taker.whole", "items", "items", true),
            ],
            uses.Select(static use => (use.Id, use.Argument, use.Export, use.IsWhole)).Order());
        Assert.All(uses, static use => Assert.Equal("test.taker", use.Component));
        Assert.All(uses, static use => Assert.IsType<TestTaker.Arguments>(use.Arguments));
        Assert.Equal("a", ((TestTaker.Arguments)uses.Single(static use => use.Id == "test.taker.part").Arguments!).Note);
    }

    [Fact]
    public async Task A_reload_that_changes_users_or_their_arguments_is_told_and_one_that_does_not_is_not()
    {
        await using var runtime = new TestRuntime();
        await runtime.LoadAsync(Watched + "\ntest.taker \"t\" {\n items = test.watched.w.items\n note = \"1\"\n}");
        TestWatched component = runtime.Component<TestWatched>("test.watched.w");
        int first = component.Told.Count;

        await runtime.LoadAsync(Watched + "\ntest.taker \"t\" {\n items = test.watched.w.items\n note = \"2\"\n}");
        Assert.True(component.Told.Count > first);
        Assert.Equal("2", ((TestTaker.Arguments)Assert.Single(component.Told[^1]).Arguments!).Note);
        await runtime.LoadAsync(Watched);
        Assert.Empty(component.Told[^1]);
    }

    [Fact]
    public async Task A_component_that_shares_its_work_is_told_of_over_any_number_of_steps()
    {
        const string Steps = Watched + """

            test.taker "mid" { items = test.watched.w.items }
            declare "wrap" {
              argument "note" { }
              test.taker "inner" { note = argument.note.value }
              export "out" { value = test.taker.inner.taken }
            }
            wrap "w" { note = test.taker.mid.taken }
            test.taker "alone" { items = test.watched.w.items }
            test.taker "end" {
              note = wrap.w.out
              clustering { enabled = SHARES }
            }
            """;
        await using var runtime = new TestRuntime();
        Assert.True((await runtime.LoadAsync(Steps.Replace("SHARES", "true", StringComparison.Ordinal))).Success);
        TestWatched component = runtime.Component<TestWatched>("test.watched.w");

        Assert.Equal(
            [("test.taker.alone", null), ("test.taker.mid", "test.taker.end")], component.Told[^1].Select(static use => (use.Id, use.SharedBy)).Order());
        await runtime.LoadAsync(Steps.Replace("SHARES", "false", StringComparison.Ordinal));
        Assert.All(component.Told[^1], static use => Assert.Null(use.SharedBy));
    }
}
