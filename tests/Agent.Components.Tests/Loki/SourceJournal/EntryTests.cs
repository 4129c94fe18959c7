using Agent.Components.Common.Relabel;
using Agent.Components.Loki.SourceJournal;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Components.Tests.Loki.SourceJournal;

public sealed class EntryTests : IAsyncDisposable
{
    private readonly JournalFixture _journal = new();

    [Fact]
    public async Task Damaged_entries_are_skipped_and_counted()
    {
        var reader = new MemoryJournal([("MESSAGE", "a")], [], [("MESSAGE", "half"), ("", "")], [("MESSAGE", "b")]);

        await _journal.StartAsync(open: (_, _) => reader);
        await _journal.Collected.WaitForAsync(2);
        await _journal.StopAsync();

        Assert.Equal(["a", "b"], _journal.Collected.Lines);
        Assert.Equal(2, _journal.Metric("loki_source_journal_target_parsing_errors_total", "corrupt"));
        Assert.Equal("invar journal cursor 1\nc3\n", File.ReadAllText(Path.Combine(_journal.Context.StoragePath, "cursor")));
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_cut_and_counted()
    {
        var reader = new MemoryJournal([("MESSAGE", new string('x', JournalLimits.LongestValue + 5))], [("MESSAGE", "a"), ("MESSAGE", "b")]);

        await _journal.StartAsync(open: (_, _) => reader);
        await _journal.Collected.WaitForAsync(2);

        Assert.Equal(JournalLimits.LongestValue, _journal.Collected.Entries[0].Line.Length);
        Assert.Equal("b", _journal.Collected.Entries[1].Line);
        Assert.Equal(1, _journal.Metric("loki_source_journal_entries_cut_total"));
    }

    [Theory]
    [InlineData("positions:\n  ? path: cursor-loki.source.journal.test\n    labels: \"\"\n  : \"s=1\"\n", "s=1")]
    [InlineData("positions:\n  cursor-other: \"s=1\"\n", "legacy")]
    [InlineData(": no: yaml [", "legacy")]
    public async Task The_cursor_of_another_agent_is_taken_over(string alloy, string expected)
    {
        File.WriteAllText(Path.Combine(_journal.Context.StoragePath, "positions.yml"), alloy);
        string legacy = Path.Combine(_journal.Folder, "promtail.yaml");
        File.WriteAllText(legacy, "positions:\n  /var/log/a: \"7\"\n  cursor-journal: legacy\n");
        var start = new TaskCompletionSource<string>();

        await _journal.StartAsync(
            _journal.Arguments with { LegacyPosition = new LokiSourceJournal.LegacyPositionArguments { File = legacy, Name = "journal" } },
            (_, from) =>
            {
                start.TrySetResult(from.Cursor);
                return new MemoryJournal();
            });

        Assert.Equal(expected, await start.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_damaged_cursor_is_counted_and_reading_starts_at_max_age()
    {
        File.WriteAllText(Path.Combine(_journal.Context.StoragePath, "cursor"), "invar journal cursor 1\ns=1");
        var start = new TaskCompletionSource<JournalStart>();

        await _journal.StartAsync(open: (_, from) =>
        {
            start.TrySetResult(from);
            return new MemoryJournal();
        });

        JournalStart found = await start.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(("", (_journal.Context.Time.GetUtcNow().AddHours(-7) - DateTimeOffset.UnixEpoch).Ticks / 10), (found.Cursor, found.Oldest));
        Assert.Equal(1, _journal.Metric("loki_source_journal_positions_errors_total"));
    }

    [Fact]
    public void Entries_of_known_streams_allocate_nothing()
    {
        (string, string)[] entry = [("MESSAGE", "GET / 200"), ("PRIORITY", "6"), ("_SYSTEMD_UNIT", "nginx.service"), ("_PID", "17")];
        var reader = new MemoryJournal([.. Enumerable.Repeat(entry, 500)]);
        var settings = new JournalSettings(
            _journal.Arguments with
            {
                RelabelRules = new RelabelRules([new RelabelRule { SourceLabels = ["__journal__systemd_unit", "__journal_priority_keyword"], TargetLabel = "unit" }]),
            },
            "id");
        using var entries = new EntryReader(new JournalMetrics(_journal.Context.Metrics), TimeProvider.System);
        entries.Fill(reader, settings, out _);
        reader.Rewind();

        long before = GC.GetAllocatedBytesForCurrentThread();
        entries.Fill(reader, settings, out _);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(500, entries.Batch.Count);
        Assert.Equal("{job=\"id\", unit=\"nginx.service;info\"}", entries.Batch.Entries[0].Labels.ToString());
    }

    [Fact]
    public void All_arguments_are_taken()
    {
        BlockValue block = Config.Block(
            "loki.source.journal",
            Config.Set("forward_to", Config.List()),
            Config.Set("format_as_json", true),
            Config.Set("max_age", "12h"),
            Config.Set("path", "/var/log/journal"),
            Config.Set("matches", "_SYSTEMD_UNIT=nginx.service PRIORITY=3 A=b=c"),
            Config.Set("labels", Config.Map(("a", Agent.Syntax.Values.Value.Of("b")))),
            Config.Block("legacy_position", Config.Set("file", "/tmp/p.yml"), Config.Set("name", "journal")));

        var arguments = (LokiSourceJournal.Arguments)Decode(block, out DiagnosticBag diagnostics)!;

        Assert.Empty(diagnostics);
        Assert.Equal((true, TimeSpan.FromHours(12), "/var/log/journal", "b"), (arguments.FormatAsJson, arguments.MaxAge, arguments.Path, arguments.Labels["a"]));
        Assert.Equal(["_SYSTEMD_UNIT=nginx.service", "PRIORITY=3", "A=b=c"], JournalMatches.Parse(arguments.Matches));
        Assert.Equal("journal", arguments.LegacyPosition!.Name);
    }

    [Theory]
    [InlineData("_SYSTEMD_UNIT nginx.service")]
    [InlineData("=x")]
    [InlineData("A=1 + B=2")]
    [InlineData("unit=x")]
    [InlineData("__CURSOR=x")]
    public void A_match_the_journal_would_refuse_is_an_error_of_the_configuration(string matches)
    {
        BlockValue block = Config.Block("loki.source.journal", Config.Set("forward_to", Config.List()), Config.Set("matches", matches));

        Decode(block, out DiagnosticBag diagnostics);

        Assert.Contains("'matches'", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_consumer()
    {
        var blocking = new BlockingConsumer();
        await _journal.StartAsync(_journal.Arguments with { ForwardTo = [blocking] }, static (_, _) => new MemoryJournal([("MESSAGE", "a")]));
        await blocking.Entered;

        await _journal.StopAsync();

        Assert.True(_journal.Run.IsCompletedSuccessfully);
        Assert.False(File.Exists(Path.Combine(_journal.Context.StoragePath, "cursor")));
    }

    [Fact]
    public async Task A_reader_that_fails_fails_the_run()
    {
        await _journal.StartAsync(open: static (_, _) => throw new ComponentException("cannot open it"));

        await Assert.ThrowsAsync<ComponentException>(() => _journal.Run);
        await Assert.ThrowsAsync<ComponentException>(_journal.StopAsync);
        await _journal.StartAsync(open: static (_, _) => new MemoryJournal());
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private static object? Decode(BlockValue block, out DiagnosticBag diagnostics)
    {
        ComponentDescriptor descriptor = Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "loki.source.journal");
        diagnostics = new DiagnosticBag();
        return descriptor.Decode(block, diagnostics);
    }
}
