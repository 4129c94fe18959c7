using Agent.Components.Common.Relabel;
using Agent.Components.Discovery;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Discovery;

public sealed class DiscoveryRelabelTests : IDisposable
{
    private static readonly RelabelRule KeepWeb = new()
    {
        SourceLabels = ["app"],
        Regex = Pattern.Parse("web", PatternOptions.Anchored),
        Action = RelabelAction.Keep,
    };

    private readonly TestComponentContext _context = new("discovery.relabel.default");

    [Fact]
    public async Task Exports_the_targets_that_are_left_and_its_rules()
    {
        var component = new DiscoveryRelabel(_context);
        Target web = new(LabelSet.Empty.With("app", "web"));
        Target db = new(LabelSet.Empty.With("app", "db"));

        await component.ApplyAsync(new() { Targets = [web, db], Rule = [KeepWeb] }, default);

        DiscoveryRelabel.Exports exports = Exported();
        Assert.Same(web, Assert.Single(exports.Output));
        Assert.Equal([KeepWeb], exports.Rules.Rules);
    }

    [Fact]
    public async Task It_tells_what_came_in_and_what_its_rules_dropped_of_that()
    {
        var component = new DiscoveryRelabel(_context);
        LabelSet web = LabelSet.Empty.With("app", "web");
        LabelSet db = LabelSet.Empty.With("app", "db");
        await component.ApplyAsync(new() { Targets = [new(web), new(db)], Rule = [KeepWeb] }, default);

        Assert.Equal([web, db], component.Inputs());
        Assert.Equal([db], component.DroppedTargets());
        Assert.Equal([KeyValuePair.Create(web, web)], component.KeptTargets());
        Assert.Equal([new(1, 1)], component.RuleCounts);
        Assert.Equal([null], component.Trace(db));
        Assert.Equal([new(1, 1)], component.RuleCounts);
    }

    [Fact]
    public async Task Each_rule_counts_the_targets_that_it_matched_and_dropped_since_it_was_loaded()
    {
        var component = new DiscoveryRelabel(_context);
        RelabelRule name = new() { Replacement = "x", TargetLabel = "job" };
        Target web = new(LabelSet.Empty.With("app", "web"));
        Target db = new(LabelSet.Empty.With("app", "db"));
        await component.ApplyAsync(new() { Targets = [web, db], Rule = [KeepWeb, name] }, default);
        await component.ApplyAsync(new() { Targets = [web, db, new(LabelSet.Empty.With("app", "queue"))], Rule = [KeepWeb, name] }, default);
        Assert.Equal([new(1, 2), new(1, 0)], component.RuleCounts);
        Assert.Equal([KeyValuePair.Create(web.Labels, web.Labels.With("job", "x"))], component.KeptTargets());

        await component.ApplyAsync(new() { Targets = [web], Rule = [name] }, default);
        Assert.Equal([new(1, 0)], component.RuleCounts);
    }

    [Fact]
    public async Task Targets_seen_before_keep_their_result_until_the_rules_change()
    {
        var component = new DiscoveryRelabel(_context);
        Target web = new(LabelSet.Empty.With("app", "web"));
        RelabelRule name = new() { Replacement = "x", TargetLabel = "job" };
        await component.ApplyAsync(new() { Targets = [web], Rule = [name] }, default);
        Target first = Exported().Output[0];

        await component.ApplyAsync(new() { Targets = [web, new(LabelSet.Empty.With("app", "db"))], Rule = [name] }, default);
        Assert.Same(first, Exported().Output[0]);
        Assert.Equal(2, Exported().Output.Count);

        await component.ApplyAsync(new() { Targets = [web], Rule = [name with { Replacement = "y" }] }, default);
        Assert.Equal("y", Exported().Output[0]["job"]);
    }

    public void Dispose() => _context.Dispose();

    private DiscoveryRelabel.Exports Exported() => Assert.IsType<DiscoveryRelabel.Exports>(_context.LastExports);
}
