using Agent.Components.Common.Relabel;
using Agent.Components.Loki.SourceSyslog;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceSyslog;

#pragma warning disable CA1001 // The test runner ends it through IAsyncLifetime.
/// <summary>What becomes of messages.</summary>
public sealed class LokiSourceSyslogTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly SyslogFixture _syslog = new();

    private LogCollector Collector => _syslog.Collector;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _syslog.DisposeAsync().AsTask();

    [Theory]
    [InlineData(SyslogFixture.First + "\n" + SyslogFixture.Second + "\n")]
    [InlineData("74 " + SyslogFixture.First + "21 " + SyslogFixture.Second)]
    public async Task Messages_of_a_connection_become_entries_with_labels_by_rule(string text)
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { Labels = new ValueMap<string>([new("job", "syslog")]), LabelStructuredData = true });
        await _syslog.SendAsync(text);
        Assert.Equal(["One", "Two"], Collector.Lines);
        Assert.Equal(
            "{app_name=\"e\", facility=\"local4\", hostname=\"host5\", job=\"syslog\", msg_id=\"id1\", sd_custom_32473_exkey=\"1\", severity=\"notice\"}",
            Collector.Entries[0].Labels.ToString());
        Assert.Equal("{facility=\"user\", job=\"syslog\", severity=\"notice\"}", Collector.Entries[1].Labels.ToString());
        Assert.All(Collector.Entries, entry => Assert.Equal(_syslog.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000, entry.Timestamp));
        Assert.Equal(2, _syslog.Count("loki_source_syslog_entries_total"));
        Assert.Equal(0, _syslog.ParsingErrors);
    }

    [Fact]
    public async Task Datagrams_become_entries_each_with_a_framing_of_its_own()
    {
        await _syslog.StartAsync(SyslogFixture.Udp with { UseIncomingTimestamp = true });
        await _syslog.SendDatagramAsync(SyslogFixture.First);
        await _syslog.SendDatagramAsync("21 " + SyslogFixture.Second);
        await _syslog.SendDatagramAsync("nonsense");
        await _syslog.SendDatagramAsync(SyslogFixture.Second + "\n" + SyslogFixture.Second + "\n");
        await Collector.WaitForAsync(4);
        Assert.Equal(["One", "Two", "Two", "Two"], Collector.Lines);
        Assert.Equal(1_539_296_055_003_000_000, Collector.Entries[0].Timestamp);
        Assert.Equal(1, _syslog.ParsingErrors);
    }

    [Fact]
    public async Task The_sender_is_a_label_for_rules_and_labels_with_underscores_go()
    {
        RelabelRule rule = new() { SourceLabels = ["__syslog_connection_ip_address"], TargetLabel = "ip" };
        await _syslog.StartAsync(_syslog.Arguments(SyslogFixture.Tcp) with { RelabelRules = new RelabelRules([rule]) });
        await _syslog.SendAsync(SyslogFixture.Second);
        Assert.Equal("{ip=\"127.0.0.1\"}", Assert.Single(Collector.Entries).Labels.ToString());
    }

    [Fact]
    public async Task Rules_can_drop_messages_and_those_are_counted()
    {
        RelabelRule rule = new() { SourceLabels = ["__syslog_message_hostname"], Regex = Sdk.Patterns.Pattern.Parse("host5"), Action = RelabelAction.Drop };
        await _syslog.StartAsync(_syslog.Arguments(SyslogFixture.Tcp) with { RelabelRules = new RelabelRules([rule]) });
        await _syslog.SendAsync($"{SyslogFixture.First}\n{SyslogFixture.First}\n{SyslogFixture.Second}\n");
        Assert.Equal(["Two"], Collector.Lines);
        Assert.Equal(2, _syslog.Count("loki_source_syslog_dropped_entries_total", ("reason", "relabel_rules")));
    }

    [Fact]
    public async Task Bad_messages_are_counted_and_the_good_ones_around_them_forwarded()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp);
        await _syslog.SendAsync($"<165>1    -   bad\n{SyslogFixture.Second}\n<165>1 2018-10-11T22:14:15Z host5 e -   bad\n{SyslogFixture.Second}\n");
        Assert.Equal(["Two", "Two"], Collector.Lines);
        Assert.Equal(2, _syslog.ParsingErrors);
    }

    [Fact]
    public async Task Empty_messages_are_dropped_and_counted_unless_allowed()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp, SyslogFixture.Tcp with { Rfc5424AllowEmptyMsg = true });
        await _syslog.SendAsync("<14>1 - - - - - -\n", 0);
        Assert.Empty(Collector.Entries);
        await _syslog.SendAsync("<14>1 - - - - - [a b=\"c\"]\n", 1);
        Assert.Equal([""], Collector.Lines);
        Assert.Equal(2, _syslog.Count("loki_source_syslog_empty_messages_total"));
    }

    [Fact]
    public async Task The_whole_message_is_the_entry_where_asked_for()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { UseRfc5424Message = true });
        await _syslog.SendAsync($"{SyslogFixture.First}\n{SyslogFixture.Second}\n");
        Assert.Equal([SyslogFixture.First, SyslogFixture.Second], Collector.Lines);
    }

    [Theory]
    [InlineData(false, -9_223_372_036_000_000_000)]
    [InlineData(true, 1_708_300_800_000_000_000)]
    public async Task Rfc3164_is_read_with_the_current_year_where_asked_for(bool currentYear, long timestamp)
    {
        ListenerOptions options = SyslogFixture.Tcp with
        {
            SyslogFormat = SyslogFormat.Rfc3164,
            UseIncomingTimestamp = true,
            Rfc3164DefaultToCurrentYear = currentYear,
        };
        await _syslog.StartAsync(options);
        await _syslog.SendAsync("<165>Feb 19 00:00:00 127.0.0.1 app[7]: An entry\n");
        CollectedEntry entry = Assert.Single(Collector.Entries);
        Assert.Equal(("An entry", timestamp), (entry.Line, entry.Timestamp));
        Assert.Equal("{app_name=\"app\", facility=\"local4\", hostname=\"127.0.0.1\", proc_id=\"7\", severity=\"notice\"}", entry.Labels.ToString());
    }

    [Fact]
    public async Task What_cisco_adds_becomes_labels()
    {
        await _syslog.StartAsync(SyslogFixture.Udp with { SyslogFormat = SyslogFormat.Rfc3164, CiscoComponents = new CiscoComponents { EnableAll = true } });
        await _syslog.SendDatagramAsync("<189>237: 000485: router1: *Jan  8 19:46:03.295: %X: y\n");
        await Collector.WaitForAsync(1);
        Assert.Equal(
            "{app_name=\"%X\", facility=\"local7\", hostname=\"router1\", msg_counter=\"237\", sequence=\"485\", severity=\"notice\"}",
            Collector.Entries[0].Labels.ToString());
    }

    [Fact]
    public async Task Raw_lines_are_forwarded_as_they_are()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { SyslogFormat = SyslogFormat.Raw, RawFormatOptions = new() { UseNullTerminatorDelimiter = true } });
        await _syslog.SendAsync("Dec 17 CEF:0|a\0<13>b\nb2\0\n\0<13>\0");
        Assert.Equal(["Dec 17 CEF:0|a", "b\nb2"], Collector.Lines);
        Assert.Equal("{facility=\"user\", severity=\"notice\"}", Collector.Entries[1].Labels.ToString());
        Assert.Equal(1, _syslog.Count("loki_source_syslog_empty_messages_total"));
    }
}
