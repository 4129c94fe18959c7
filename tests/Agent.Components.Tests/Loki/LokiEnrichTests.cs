using System.Text;
using Agent.Components.Loki;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki;

public sealed class LokiEnrichTests : IDisposable
{
    private static readonly LabelSet Line = LabelSet.Empty.With("service", "web").With("env", "old");
    private static readonly ValueList<Target> Targets =
    [
        Target(("name", "web"), ("env", "prod"), ("rack", "r1"), ("__meta", "m")),
        Target(("name", "db"), ("rack", "r2")),
        Target(("rack", "r3")),
    ];

    private readonly TestComponentContext _context = new("loki.enrich.default");
    private readonly LogCollector _collector = new();

    [Fact]
    public async Task All_labels_of_the_matching_target_are_copied()
    {
        await SendAsync(new() { ForwardTo = [_collector], Targets = Targets, TargetMatchLabel = "name", LogsMatchLabel = "service" }, Line);

        LabelSet expected = LabelSet.Empty.With("service", "web").With("env", "prod").With("rack", "r1").With("name", "web").With("__meta", "m");
        Assert.Equal(expected, Assert.Single(_collector.Entries).Labels);
    }

    [Fact]
    public async Task Of_named_labels_those_that_the_target_has_are_copied()
    {
        await SendAsync(
            new() { ForwardTo = [_collector], Targets = Targets, TargetMatchLabel = "name", LogsMatchLabel = "service", LabelsToCopy = ["rack", "zone"] },
            Line);

        Assert.Equal(Line.With("rack", "r1"), Assert.Single(_collector.Entries).Labels);
    }

    [Fact]
    public async Task Without_a_label_for_logs_that_of_the_targets_is_used()
    {
        LabelSet line = LabelSet.Empty.With("name", "db");
        await SendAsync(new() { ForwardTo = [_collector], Targets = Targets, TargetMatchLabel = "name" }, line);

        Assert.Equal(line.With("rack", "r2"), Assert.Single(_collector.Entries).Labels);
    }

    [Fact]
    public async Task Entries_that_belong_to_no_target_pass_unchanged_in_order()
    {
        LabelSet other = LabelSet.Empty.With("name", "other");
        LabelSet db = LabelSet.Empty.With("name", "db");
        await SendAsync(
            new() { ForwardTo = [_collector], Targets = Targets, TargetMatchLabel = "name" }, other, LabelSet.Empty.With("x", "y"), db, other);

        Assert.Equal([other, LabelSet.Empty.With("x", "y"), db.With("rack", "r2"), other], _collector.Entries.Select(static entry => entry.Labels));
        Assert.Equal(["0", "1", "2", "3"], _collector.Lines);
    }

    public void Dispose() => _context.Dispose();

    private static Target Target(params (string Name, string Value)[] labels) =>
        new(LabelSet.From(labels.Select(static label => KeyValuePair.Create(label.Name, label.Value))));

    private async Task SendAsync(LokiEnrich.Arguments arguments, params LabelSet[] entries)
    {
        var component = new LokiEnrich(_context);
        await component.ApplyAsync(arguments, default);
        using var batch = new LogBatch();
        for (int i = 0; i < entries.Length; i++)
        {
            batch.Add(new LogEntry(entries[i], i, batch.Bytes.Copy(Encoding.UTF8.GetBytes($"{i}"))));
        }
        await component.ConsumeAsync(batch, default);
    }
}
