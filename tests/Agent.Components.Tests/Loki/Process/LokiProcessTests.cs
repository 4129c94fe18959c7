using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Agent.Components.Loki.Process;
using Agent.Components.Loki.Process.Stages;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process;

public sealed class LokiProcessTests
{
    [Fact]
    public void Without_stages_entries_pass_with_the_receipt_of_their_batch()
    {
        var sink = new LastBatch();
        using var fixture = new PipelineFixture(sink);
        var receipt = new CountedReceipt();
        fixture.Send(receipt, "a", "b");
        Assert.Equal(2, sink.Count);
        Assert.Same(receipt, sink.Receipt);
        Assert.Equal(0, receipt.Settled);
    }

    [Fact]
    public void A_batch_of_which_nothing_is_left_is_not_handed_on()
    {
        var sink = new LastBatch();
        using var fixture = new PipelineFixture(sink, new DropStage.Arguments { Expression = Pattern.Parse("^a$") });
        fixture.Send("a");
        Assert.Equal(0, sink.Calls);
    }

    [Fact]
    public void It_exports_itself_as_receiver()
    {
        using var fixture = new PipelineFixture();
        Assert.Same(fixture.Component, Assert.IsType<LokiProcess.Exports>(fixture.Context.LastExports).Receiver);
    }

    [Fact]
    public void Extracted_names_that_no_stage_speaks_of_are_there_for_a_pattern()
    {
        using var fixture = new PipelineFixture(
            new JsonStage.Arguments { Regex = Pattern.Parse("^k_") },
            new StructuredMetadataStage.Arguments { Regex = Pattern.Parse("^k_") });
        fixture.Send("""{"k_a":"1","k_b":2,"other":3,"k_a":"4"}""");
        Assert.Equal("k_a=4 k_b=2", string.Join(' ', fixture.Collector.Entries[0].Metadata.Select(static m => $"{m.Key}={m.Value}").Order()));
    }

    [Fact]
    public void On_entering_match_the_labels_become_extracted_values_again()
    {
        using var fixture = new PipelineFixture(
            new JsonStage.Arguments { Expressions = new([new("app", "")]) },
            new MatchStage.Arguments
            {
                Selector = "{app=\"x\"}",
                Stage = [new LabelsStage.Arguments { Values = new([new("inside", "app")]) }],
            });
        fixture.Send("""{"app":"from the line"}""");
        Assert.Equal("x", fixture.Collector.Entries[0].Labels["inside"]);
    }

    [Fact]
    public void Lines_that_are_no_json_are_dropped_only_when_asked_and_are_counted()
    {
        StageArguments[] stages = [new JsonStage.Arguments { Expressions = new([new("a", "")]), DropMalformed = true }];
        using var fixture = new PipelineFixture(stages);
        fixture.Send("plain", "{\"a\":1", "[1]", "{\"a\":1} x", "{\"a\":1}", "{\"a\":01}", "null");
        Assert.Equal(["{\"a\":1}", "null"], fixture.Collector.Lines);
        Assert.Equal(5, fixture.Count("loki_process_dropped_lines_total", "malformed_json"));
    }

    [Fact]
    public void A_full_cache_of_label_sets_is_emptied_and_lines_still_get_their_labels()
    {
        using var fixture = new PipelineFixture(
            new RegexStage.Arguments { Expression = Pattern.Parse("^(?P<id>.*)$"), LabelsFromGroups = true });
        for (int i = 0; i < 10_500; i++)
        {
            fixture.Send(i.ToString(CultureInfo.InvariantCulture));
        }
        Assert.All(fixture.Collector.Entries, static entry => Assert.Equal(entry.Line, entry.Labels["id"]));
        Assert.Equal(1, fixture.Count("loki_process_label_cache_resets_total"));
    }

    [Fact]
    public void Times_without_a_year_get_the_one_that_is_closest_around_new_year()
    {
        using var fixture = new PipelineFixture(
            new RegexStage.Arguments { Expression = Pattern.Parse("^(?P<ts>.*)$") },
            new TimestampStage.Arguments { Source = "ts", Format = "Jan _2 15:04:05" });
        fixture.Time.Advance(new DateTimeOffset(2025, 1, 1, 0, 0, 1, TimeSpan.Zero) - fixture.Time.GetUtcNow());
        fixture.Send("Dec 31 23:59:59", "Jan  1 00:00:00");
        Assert.Equal([1735689599_000000000, 1735689600_000000000], fixture.Collector.Entries.Select(static entry => entry.Timestamp));
    }

    [Fact]
    public async Task Producers_that_call_at_once_lose_nothing_even_while_stages_change()
    {
        using var context = new TestComponentContext("loki.process.test");
        var sink = new CountingSink();
        var process = new LokiProcess(context);
        await process.ApplyAsync(Arguments(sink, 0), default);
        Task[] producers = [.. Enumerable.Range(0, 4).Select(producer => Task.Run(async () =>
        {
            using var batch = new LogBatch();
            LabelSet labels = LabelSet.From([new("producer", producer.ToString(CultureInfo.InvariantCulture))]);
            for (int i = 0; i < 500; i++)
            {
                batch.Clear();
                batch.Add(new LogEntry(labels, i, Encoding.UTF8.GetBytes("2024-05-06T07:08:09Z stdout P a")));
                await process.ConsumeAsync(batch, default);
                batch.Clear();
                batch.Add(new LogEntry(labels, i, Encoding.UTF8.GetBytes("2024-05-06T07:08:09Z stdout F b")));
                await process.ConsumeAsync(batch, default);
            }
        }))];
        for (int i = 1; i < 20; i++)
        {
            await process.ApplyAsync(Arguments(sink, i), default);
            await Task.Yield();
        }
        await Task.WhenAll(producers);
        Assert.Equal(2000, sink.Lines.Count);
        Assert.All(sink.Lines, static line => Assert.Equal("ab", line));
    }

    private static LokiProcess.Arguments Arguments(ILogConsumer sink, int round) => new()
    {
        ForwardTo = [sink],
        Stage = [new CriStage.Arguments(), new StaticLabelsStage.Arguments { Values = new([new("round", $"{round}")]) }],
    };

    private sealed class LastBatch : ILogConsumer
    {
        public int Calls { get; private set; }

        public int Count { get; private set; }

        public Receipt? Receipt { get; private set; }

        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            (Calls, Count, Receipt) = (Calls + 1, batch.Count, batch.Receipt);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class CountingSink : ILogConsumer
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public async ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            await Task.Yield();
            for (int i = 0; i < batch.Count; i++)
            {
                Lines.Enqueue(Encoding.UTF8.GetString(batch.Entries[i].Line.Span));
            }
        }
    }
}
