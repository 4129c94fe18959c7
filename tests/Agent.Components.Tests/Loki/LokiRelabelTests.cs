using System.Text;
using Agent.Components.Common.Relabel;
using Agent.Components.Loki;
using Agent.Sdk.Metrics;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki;

public sealed class LokiRelabelTests : IDisposable
{
    private static readonly LabelSet Web = LabelSet.Empty.With("app", "web");
    private static readonly LabelSet Db = LabelSet.Empty.With("app", "db");
    private static readonly RelabelRule DropDb = new()
    {
        SourceLabels = ["app"],
        Regex = Pattern.Parse("db", PatternOptions.Anchored),
        Action = RelabelAction.Drop,
    };

    private static readonly RelabelRule SetJob = new() { TargetLabel = "job", Replacement = "logs" };

    private readonly TestComponentContext _context = new("loki.relabel.default");
    private readonly LogCollector _collector = new();

    [Fact]
    public async Task Entries_get_new_labels_and_dropped_ones_go()
    {
        LokiRelabel component = await StartAsync(DropDb, SetJob);
        using LogBatch batch = Batch((Web, "one"), (Db, "two"), (Web, "three"));

        await component.ConsumeAsync(batch, default);

        Assert.Equal(["one", "three"], _collector.Lines);
        Assert.All(_collector.Entries, static entry => Assert.Equal(Web.With("job", "logs"), entry.Labels));
        Assert.Equal((3, 2), (Count("loki_relabel_entries_processed"), Count("loki_relabel_entries_written")));
        Assert.Equal((2, 1), (Count("loki_relabel_cache_misses"), Count("loki_relabel_cache_hits")));
    }

    [Fact]
    public async Task Each_rule_counts_the_label_sets_that_it_matched_and_dropped_since_it_was_loaded()
    {
        LokiRelabel component = await StartAsync(DropDb, SetJob);
        using LogBatch batch = Batch((Web, "one"), (Db, "two"), (Web.With("pod", "b"), "three"));

        await component.ConsumeAsync(batch, default);
        await component.ConsumeAsync(batch, default);

        Assert.Equal([new(0, 1), new(2, 0)], component.RuleCounts);
        Assert.Equal([null], component.Trace(Db));
        await component.ApplyAsync(new() { ForwardTo = [], Rule = [DropDb, SetJob] }, default);
        Assert.Equal([new(0, 1), new(2, 0)], component.RuleCounts);
        await component.ApplyAsync(new() { ForwardTo = [], Rule = [SetJob] }, default);
        Assert.Equal([new(0, 0)], component.RuleCounts);
    }

    [Fact]
    public async Task Entries_left_without_labels_go()
    {
        RelabelRule dropAll = new() { Regex = Pattern.Parse(".*", PatternOptions.Anchored), Action = RelabelAction.LabelDrop };
        LokiRelabel component = await StartAsync(dropAll);
        using LogBatch batch = Batch((Web, "one"));

        await component.ConsumeAsync(batch, default);

        Assert.Empty(_collector.Entries);
    }

    [Fact]
    public async Task A_batch_that_stays_as_it_is_is_passed_on_itself()
    {
        var seen = new BatchSpy();
        var component = new LokiRelabel(_context);
        await component.ApplyAsync(new() { ForwardTo = [seen], Rule = [DropDb] }, default);
        using LogBatch batch = Batch((Web, "one"));

        await component.ConsumeAsync(batch, default);

        Assert.Same(batch, seen.Last);
    }

    [Fact]
    public async Task The_receipt_travels_with_the_new_batch()
    {
        var seen = new BatchSpy();
        var component = new LokiRelabel(_context);
        await component.ApplyAsync(new() { ForwardTo = [seen], Rule = [SetJob] }, default);
        using LogBatch batch = Batch((Web, "one"));
        batch.Receipt = new CountingReceipt();

        await component.ConsumeAsync(batch, default);

        Assert.NotSame(batch, seen.Last);
        Assert.Same(batch.Receipt, seen.LastReceipt);
    }

    [Fact]
    public async Task The_cache_holds_no_more_than_it_may_and_forgets_when_rules_change()
    {
        var component = new LokiRelabel(_context);
        await component.ApplyAsync(new() { ForwardTo = [_collector], Rule = [SetJob], MaxCacheSize = 1 }, default);
        using LogBatch batch = Batch((Web, "one"), (Db, "two"), (Web, "three"));
        await component.ConsumeAsync(batch, default);
        Assert.Equal(3, Count("loki_relabel_cache_misses"));
        Assert.Equal(1, Size());

        await component.ApplyAsync(new() { ForwardTo = [_collector], Rule = [SetJob], MaxCacheSize = 5 }, default);
        Assert.Equal(1, Size());

        await component.ApplyAsync(new() { ForwardTo = [_collector], Rule = [DropDb], MaxCacheSize = 5 }, default);
        Assert.Equal(0, Size());
    }

    [Fact]
    public async Task Known_label_sets_allocate_nothing()
    {
        var component = new LokiRelabel(_context);
        await component.ApplyAsync(new() { ForwardTo = [new BatchSpy()], Rule = [DropDb, SetJob] }, default);
        using LogBatch batch = Batch((Web, "one"), (Db, "two"), (Web, "three"));
        await component.ConsumeAsync(batch, default);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            await component.ConsumeAsync(batch, default);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Producers_that_come_at_once_do_not_mix_their_entries()
    {
        LokiRelabel component = await StartAsync(DropDb, SetJob);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(producer => Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                using LogBatch batch = Batch((Web.With("producer", $"{producer}"), $"{producer}/{i}"), (Db, "gone"));
                await component.ConsumeAsync(batch, default);
            }
        })));

        Assert.Equal(1600, _collector.Entries.Count);
        Assert.All(_collector.Entries, static entry => Assert.StartsWith(entry.Labels["producer"] + "/", entry.Line, StringComparison.Ordinal));
    }

    public void Dispose() => _context.Dispose();

    private static LogBatch Batch(params (LabelSet Labels, string Line)[] entries)
    {
        var batch = new LogBatch();
        foreach ((LabelSet labels, string line) in entries)
        {
            batch.Add(new LogEntry(labels, 1, batch.Bytes.Copy(Encoding.UTF8.GetBytes(line))));
        }
        return batch;
    }

    private async Task<LokiRelabel> StartAsync(params RelabelRule[] rules)
    {
        var component = new LokiRelabel(_context);
        await component.ApplyAsync(new() { ForwardTo = [_collector], Rule = [.. rules] }, default);
        return component;
    }

    private long Count(string name) => ((Counter)Series(name)).Value;

    private double Size() => ((ObservedValue)Series("loki_relabel_cache_size")).Read();

    private Instrument Series(string name) =>
        _context.Registry.Families().Single(family => family.Name == name).Series.Single().Instrument;

    private sealed class BatchSpy : ILogConsumer
    {
        public LogBatch? Last { get; private set; }

        public Receipt? LastReceipt { get; private set; }

        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            (Last, LastReceipt) = (batch, batch.Receipt);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class CountingReceipt : Receipt
    {
        protected override void OnSettled()
        {
        }
    }
}
