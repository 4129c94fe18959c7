using Agent.Components.Common.Relabel;
using Agent.Components.Loki.SourceJournal;
using Agent.Components.Tests.Loki.SourceFile;
using Agent.Sdk;
using Agent.Sdk.Patterns;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceJournal;

public sealed class LokiSourceJournalTests : IAsyncDisposable
{
    private readonly JournalFixture _journal = new();

    [JournalFact]
    public async Task Entries_come_with_their_time_the_labels_and_the_job()
    {
        _journal.Messages("first", "second");
        _journal.Flush();

        await _journal.StartAsync(_journal.Arguments with { Labels = new ValueMap<string>([KeyValuePair.Create("env", "test"), KeyValuePair.Create("job", "x")]) });
        await _journal.Collected.WaitForAsync(2);

        Assert.Equal(["first", "second"], _journal.Collected.Lines);
        CollectedEntry entry = _journal.Collected.Entries[0];
        Assert.Equal("{env=\"test\", job=\"loki.source.journal.test\"}", entry.Labels.ToString());
        Assert.Equal(new DateTimeOffset(2024, 5, 6, 7, 7, 1, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000_000, entry.Timestamp);
        Assert.Equal(2, _journal.Metric("loki_source_journal_target_lines_total"));
        Assert.Equal(HealthState.Healthy, _journal.Context.Health);
    }

    [JournalFact]
    public async Task Rules_see_all_fields_as_internal_labels()
    {
        _journal.Entry(("MESSAGE", "a"), ("_SYSTEMD_UNIT", "nginx.service"), ("PRIORITY", "3"));
        _journal.Entry(("MESSAGE", "b"), ("_SYSTEMD_UNIT", "cron.service"), ("PRIORITY", "6"));
        _journal.Entry(("MESSAGE", "c"), ("_SYSTEMD_UNIT", "nginx.service"), ("PRIORITY", "3"));
        _journal.Flush();

        await _journal.StartAsync(_journal.Arguments with
        {
            RelabelRules = new RelabelRules(
            [
                new RelabelRule { SourceLabels = ["__journal__systemd_unit"], TargetLabel = "unit" },
                new RelabelRule { SourceLabels = ["__journal_priority_keyword"], TargetLabel = "level" },
                new RelabelRule { SourceLabels = ["__journal_priority"], TargetLabel = "priority" },
                new RelabelRule { SourceLabels = ["unit"], Regex = Pattern.Parse("cron.*", PatternOptions.Anchored), Action = RelabelAction.Drop },
            ]),
        });
        await _journal.Collected.WaitForAsync(2);

        Assert.Equal(["a", "c"], _journal.Collected.Lines);
        Assert.All(_journal.Collected.Entries, static entry => Assert.Equal(
            "{job=\"loki.source.journal.test\", level=\"error\", priority=\"3\", unit=\"nginx.service\"}", entry.Labels.ToString()));
        Assert.Same(_journal.Collected.Entries[0].Labels, _journal.Collected.Entries[1].Labels);
        Assert.Equal(1, _journal.Metric("loki_source_journal_target_parsing_errors_total", "empty_labels"));
    }

    [JournalFact]
    public async Task A_labelmap_reads_the_fields_it_matches()
    {
        _journal.Entry(("MESSAGE", "a"), ("_HOSTNAME", "web"), ("_PID", "7"), ("SYSLOG_IDENTIFIER", "sshd"));
        _journal.Flush();

        await _journal.StartAsync(_journal.Arguments with
        {
            RelabelRules = new RelabelRules(
                [new RelabelRule { Regex = Pattern.Parse("__journal__(hostname|pid)", PatternOptions.Anchored), Action = RelabelAction.LabelMap }]),
        });
        await _journal.Collected.WaitForAsync(1);

        Assert.Equal("{hostname=\"web\", job=\"loki.source.journal.test\", pid=\"7\"}", _journal.Collected.Entries[0].Labels.ToString());
    }

    [JournalFact]
    public async Task Whole_entries_come_as_json()
    {
        _journal.Entry(("PRIORITY", "6"), ("MESSAGE", "two\nlines <b> \"q\" é \u0001"), ("_PID", "7"));
        _journal.Entry(("PRIORITY", "6"));
        _journal.Flush();

        await _journal.StartAsync(_journal.Arguments with { FormatAsJson = true });
        await _journal.Collected.WaitForAsync(2);

        // The export is written byte by byte, so the é is no UTF-8.
        Assert.Equal(
            "{\"MESSAGE\":\"two\\nlines \\u003cb\\u003e \\\"q\\\" \\ufffd \\u0001\",\"PRIORITY\":\"6\",\"_BOOT_ID\":\"0123456789abcdef0123456789abcdef\",\"_PID\":\"7\"}",
            _journal.Collected.Entries[0].Line);
        Assert.StartsWith("{\"PRIORITY\":\"6\",", _journal.Collected.Entries[1].Line, StringComparison.Ordinal);
    }

    [JournalFact]
    public async Task An_entry_without_a_message_is_skipped_and_counted()
    {
        _journal.Entry(("PRIORITY", "6"));
        _journal.Messages("there");
        _journal.Flush();

        await _journal.StartAsync();
        await _journal.Collected.WaitForAsync(1);

        Assert.Equal(["there"], _journal.Collected.Lines);
        Assert.Equal(1, _journal.Metric("loki_source_journal_target_parsing_errors_total", "no_message"));
    }

    [JournalFact]
    public async Task Matches_select_entries()
    {
        _journal.Entry(("MESSAGE", "a"), ("_SYSTEMD_UNIT", "nginx.service"), ("PRIORITY", "3"));
        _journal.Entry(("MESSAGE", "b"), ("_SYSTEMD_UNIT", "nginx.service"), ("PRIORITY", "6"));
        _journal.Entry(("MESSAGE", "c"), ("_SYSTEMD_UNIT", "cron.service"), ("PRIORITY", "3"));
        _journal.Entry(("MESSAGE", "d"), ("_SYSTEMD_UNIT", "nginx.service"), ("PRIORITY", "3"));
        _journal.Flush();

        await _journal.StartAsync(_journal.Arguments with { Matches = " _SYSTEMD_UNIT=nginx.service  PRIORITY=3 " });
        await _journal.Collected.WaitForAsync(2);

        Assert.Equal(["a", "d"], _journal.Collected.Lines);
    }

    [JournalFact]
    public async Task Entries_older_than_max_age_are_left_out()
    {
        _journal.Entry(TimeSpan.FromHours(8), ("MESSAGE", "old"));
        _journal.Entry(TimeSpan.FromHours(6), ("MESSAGE", "young"));
        _journal.Flush();

        await _journal.StartAsync();
        await _journal.Collected.WaitForAsync(1);

        Assert.Equal(["young"], _journal.Collected.Lines);
    }

    [JournalFact]
    public async Task What_is_written_later_is_followed_across_new_files()
    {
        _journal.Messages("one");
        string first = _journal.Flush();
        await _journal.StartAsync();
        await _journal.Collected.WaitForAsync(1);

        _journal.Messages("two");
        _journal.Flush();
        await _journal.Collected.WaitForAsync(2);

        // Rotation: the file gets another name, a new one takes its place; later the old one goes.
        string archived = Path.Combine(_journal.Folder, "system@1.journal");
        File.Move(first, archived);
        _journal.Messages("three");
        _journal.Flush();
        await _journal.Collected.WaitForAsync(3);
        File.Delete(archived);
        _journal.Messages("four");
        _journal.Flush();
        await _journal.Collected.WaitForAsync(4);

        Assert.Equal(["one", "two", "three", "four"], _journal.Collected.Lines);
    }

    [JournalFact]
    public async Task A_restart_goes_on_behind_the_last_entry_that_was_delivered()
    {
        _journal.Messages("one", "two");
        _journal.Flush();
        await _journal.StartAsync();
        await _journal.Collected.WaitForAsync(2);
        await _journal.StopAsync();
        _journal.Messages("three");
        _journal.Flush();

        await _journal.StartAsync();
        await _journal.Collected.WaitForAsync(3);

        Assert.Equal(["one", "two", "three"], _journal.Collected.Lines);
    }

    [JournalFact]
    public async Task What_was_read_but_not_delivered_is_read_again()
    {
        var holding = new HoldingConsumer();
        _journal.Messages("one");
        _journal.Flush();
        await _journal.StartAsync(_journal.Arguments with { ForwardTo = [holding] });
        await holding.Collected.WaitForAsync(1);
        _journal.Messages("two");
        _journal.Flush();
        await holding.Collected.WaitForAsync(2);
        // The second alone moves nothing: the first is still under way.
        holding.Settle(1);
        await _journal.StopAsync();

        await _journal.StartAsync();
        await _journal.Collected.WaitForAsync(2);

        Assert.Equal(["one", "two"], _journal.Collected.Lines);
    }

    [JournalFact]
    public async Task Other_matches_take_over_where_the_former_ones_were()
    {
        _journal.Entry(("MESSAGE", "a1"), ("UNIT", "a"));
        _journal.Entry(("MESSAGE", "b1"), ("UNIT", "b"));
        _journal.Entry(("MESSAGE", "a2"), ("UNIT", "a"));
        _journal.Flush();
        await _journal.StartAsync(_journal.Arguments with { Matches = "UNIT=a" });
        await _journal.Collected.WaitForAsync(2);
        _journal.Entry(("MESSAGE", "b2"), ("UNIT", "b"));
        _journal.Flush();

        await _journal.Component.ApplyAsync(_journal.Arguments with { Matches = "UNIT=b" }, CancellationToken.None);
        await _journal.Collected.WaitForAsync(3);

        Assert.Equal(["a1", "a2", "b2"], _journal.Collected.Lines);
    }

    [JournalFact]
    public async Task A_damaged_file_does_not_keep_the_others_from_being_read()
    {
        _journal.Messages([.. Enumerable.Range(0, 200).Select(static i => $"entry {i} {new string('x', 200)}")]);
        string damaged = _journal.Flush("system@1.journal");
        byte[] content = File.ReadAllBytes(damaged);
        // Behind the header and the hash tables, where objects are.
        content.AsSpan(content.Length / 2).Fill(0xFF);
        File.WriteAllBytes(damaged, content);
        _journal.Messages("intact");
        _journal.Flush();

        await _journal.StartAsync();
        await Eventually.TrueAsync(() => _journal.Collected.Lines.Contains("intact"));

        Assert.False(_journal.Run.IsCompleted);
    }

    [JournalFact]
    public async Task A_stop_does_not_wait_for_entries()
    {
        await _journal.StartAsync();
        await Eventually.TrueAsync(() => _journal.Context.Health == HealthState.Healthy);

        // Far below the ten seconds after which the reader looks by itself.
        await _journal.StopAsync().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.True(_journal.Run.IsCompletedSuccessfully);
    }

    [JournalFact]
    public async Task A_folder_that_is_missing_makes_it_unhealthy()
    {
        await _journal.StartAsync(_journal.Arguments with { Path = Path.Combine(_journal.Folder, "none") });

        ComponentException exception = await Assert.ThrowsAsync<ComponentException>(() => _journal.Run);

        Assert.Contains("none: No such file or directory", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ComponentException>(_journal.StopAsync);
        await _journal.StartAsync();
    }

    [JournalctlFact]
    public async Task Journalctl_reads_the_same_as_the_library()
    {
        _journal.Entry(("MESSAGE", "a"), ("_SYSTEMD_UNIT", "nginx.service"), ("PRIORITY", "3"));
        _journal.Entry(("MESSAGE", "two\nlines"), ("BINARY", "\n\u0001\u00ff"));
        _journal.Messages("c");
        _journal.Flush();
        LokiSourceJournal.Arguments arguments = _journal.Arguments with { FormatAsJson = true };
        await _journal.StartAsync(arguments);
        await _journal.Collected.WaitForAsync(3);
        await _journal.StopAsync();
        File.Delete(Path.Combine(_journal.Context.StoragePath, "cursor"));
        var other = new LogCollector();

        await _journal.StartAsync(arguments with { ForwardTo = [other] }, JournalctlReader.Open);
        await other.WaitForAsync(3);
        await _journal.StopAsync();

        Assert.Equal(_journal.Collected.Entries.Select(static entry => (entry.Timestamp, entry.Line)), other.Entries.Select(static entry => (entry.Timestamp, entry.Line)));

        // And goes on where it was, with entries that come later.
        _journal.Messages("d");
        _journal.Flush();
        await _journal.StartAsync(_journal.Arguments with { ForwardTo = [other] }, JournalctlReader.Open);
        await other.WaitForAsync(4);
        _journal.Messages("e");
        _journal.Flush();
        await other.WaitForAsync(5);

        Assert.Equal(["d", "e"], other.Lines.Skip(3));
    }

    [JournalctlFact]
    public async Task Journalctl_that_ends_says_why()
    {
        await _journal.StartAsync(_journal.Arguments with { Path = Path.Combine(_journal.Folder, "none") }, JournalctlReader.Open);

        ComponentException exception = await Assert.ThrowsAsync<ComponentException>(() => _journal.Run);

        Assert.Contains("journalctl ended with status 1: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("No such file or directory", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ComponentException>(_journal.StopAsync);
        await _journal.StartAsync();
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();
}
