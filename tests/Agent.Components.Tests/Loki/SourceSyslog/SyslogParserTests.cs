using System.Text;
using Agent.Components.Loki.SourceSyslog;

namespace Agent.Components.Tests.Loki.SourceSyslog;

public sealed class SyslogParserTests
{
    private static readonly DateTimeOffset Now = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);

    [Theory]
    [InlineData("<165>1 2018-10-11T22:14:15.003Z host5 e - id1 [custom@32473 exkey=\"1\"] An entry", "165|1|2018-10-11T22:14:15.0030000Z|host5|e||id1|[custom@32473 exkey=\"1\"]|An entry")]
    [InlineData("<13>1 - - - - - - First", "13|1||||||[]|First")]
    [InlineData("<0>999 - - - - - -", "0|999||||||[]|")]
    [InlineData("<191>1 2018-10-11T22:14:15+02:00 h a 12 m - ", "191|1|2018-10-11T20:14:15.0000000Z|h|a|12|m|[]|")]
    [InlineData("<1>1 2018-10-11T22:14:15.123456789Z h a p m [a][b x=\"\"] two  spaces", "1|1|2018-10-11T22:14:15.1234567Z|h|a|p|m|[a][b x=\"\"]|two  spaces")]
    [InlineData("<1>1 - - - - - [a x=\"\\\"\\]\\\\\\n\" y=\"ü\"] \uFEFFbom", "1|1||||||[a x=\"\\\"\\]\\\\\\n\" y=\"ü\"]|\uFEFFbom")]
    [InlineData("<1>1 - - - - - - line\nmore\t\u0001", "1|1||||||[]|line\nmore\t\u0001")]
    public void A_message_of_rfc5424_is_read(string text, string expected)
    {
        Assert.True(Rfc5424Parser.TryParse(Encoding.UTF8.GetBytes(text), out SyslogMessage message, out _));
        Assert.Equal(expected, Describe(message));
    }

    [Theory]
    [InlineData("", "priority", 0)]
    [InlineData("13>1 - - - - - - x", "priority", 0)]
    [InlineData("<>1 - - - - - - x", "priority", 1)]
    [InlineData("<192>1 - - - - - - x", "priority", 4)]
    [InlineData("<007>1 - - - - - - x", "priority", 4)]
    [InlineData("<-1>1 - - - - - - x", "priority", 1)]
    [InlineData("<13>0 - - - - - - x", "version", 4)]
    [InlineData("<13>1234 - - - - - - x", "space", 7)]
    [InlineData("<13>1       First", "timestamp", 6)]
    [InlineData("<13>1 2018-02-30T00:00:00Z - - - - - x", "timestamp", 6)]
    [InlineData("<13>1 2018-10-11T25:00:00Z - - - - - x", "timestamp", 6)]
    [InlineData("<13>1 2018-10-11 - - - - - x", "timestamp", 6)]
    [InlineData("<13>1 - hö - - - - x", "space", 9)]
    [InlineData("<13>1 - - 0123456789012345678901234567890123456789012345678 - - - x", "app-name", 58)]
    [InlineData("<13>1 - - - - - x", "structured data", 16)]
    [InlineData("<13>1 - - - - - []", "element id", 17)]
    [InlineData("<13>1 - - - - - [a][a] x", "twice", 21)]
    [InlineData("<13>1 - - - - - [a b] x", "parameter", 20)]
    [InlineData("<13>1 - - - - - [a b=\"]\"] x", "parameter", 22)]
    [InlineData("<13>1 - - - - - [a b=\"x", "parameter", 22)]
    [InlineData("<13>1 - - - - - [a b=\"x\\", "parameter", 24)]
    [InlineData("<13>1 - - - - - [a b=\"x\" ", "parameter", 25)]
    [InlineData("<13>1 - - - - - -x", "space", 17)]
    public void A_bad_message_of_rfc5424_is_refused_with_its_place(string text, string expected, int column)
    {
        Assert.False(Rfc5424Parser.TryParse(Encoding.UTF8.GetBytes(text), out _, out SyslogError error));
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
        Assert.Equal(column, error.Column);
    }

    [Fact]
    public void Invalid_utf8_is_kept_in_a_message_and_refused_in_a_parameter()
    {
        byte[] text = [.. "<165>1 - - - - - - Some "u8, 0xF8, 0xE3, .. " bytes"u8];
        Assert.True(Rfc5424Parser.TryParse(text, out SyslogMessage message, out _));
        Assert.Equal([.. "Some "u8, 0xF8, 0xE3, .. " bytes"u8], message.Text.ToArray());
        byte[] parameter = [.. "<165>1 - - - - - [a b=\""u8, 0xF8, .. "\"] x"u8];
        Assert.False(Rfc5424Parser.TryParse(parameter, out _, out _));
    }

    [Fact]
    public void Structured_data_without_end_is_refused_after_64_elements()
    {
        string elements = string.Concat(Enumerable.Range(0, 65).Select(static i => $"[e{i}]"));
        Assert.False(Rfc5424Parser.TryParse(Encoding.UTF8.GetBytes($"<1>1 - - - - - {elements}"), out _, out SyslogError error));
        Assert.Contains("64", error.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<34>Jan 12 06:30:00 xxx apache: 1.2.3.4 - - [12/Jan]", "34|2024-01-12T06:30:00.0000000Z|xxx|apache||1.2.3.4 - - [12/Jan]")]
    [InlineData("<34>Aug  7 06:30:00 xxx aaa: message from 1.2.3.4", "34|2024-08-07T06:30:00.0000000Z|xxx|aaa||message from 1.2.3.4")]
    [InlineData("<85>Jan 24 15:50:41 ip-172 sudo[6040]: user : TTY", "85|2024-01-24T15:50:41.0000000Z|ip-172|sudo|6040|user : TTY")]
    [InlineData("<166>Jul 06 20:33:28 ABC-1 Some message here", "166|2024-07-06T20:33:28.0000000Z|ABC-1|||Some message here")]
    [InlineData("<132> Apr  4 19:32:33 ix2105  IP6[015]: Beyond", "132|2024-04-04T19:32:33.0000000Z|ix2105|IP6|015|Beyond")]
    [InlineData("<46>Apr 27 23:06:01 syslogd[68529]: start", "46|2024-04-27T23:06:01.0000000Z||syslogd|68529|start")]
    [InlineData("<13>Apr 27 23:06:09 catap: some test", "13|2024-04-27T23:06:09.0000000Z||catap||some test")]
    [InlineData("<0>Sep 17 04:05:37 host.tld monit[2340:0]: sub[12]: Message", "0|2024-09-17T04:05:37.0000000Z|host.tld|monit|2340:0|sub[12]: Message")]
    [InlineData("<13>Dec  1 00:00:00 word", "13|2024-12-01T00:00:00.0000000Z||||word")]
    [InlineData("<13>Dec  1 00:00:00 host foo[1] bar\ttab\r\n", "13|2024-12-01T00:00:00.0000000Z|host|||foo[1] bar\ttab")]
    [InlineData("<13>Feb 29 00:00:00 host [LAN] x=\"y\"", "13|2024-02-29T00:00:00.0000000Z|host|||[LAN] x=\"y\"")]
    public void A_message_of_rfc3164_is_read(string text, string expected)
    {
        Assert.True(new Rfc3164Parser(null).TryParse(Encoding.UTF8.GetBytes(text), Now, out SyslogMessage message, out _));
        Assert.Equal(expected, Describe3164(message));
    }

    [Theory]
    [InlineData("no priority", 0)]
    [InlineData("<13>no time", 4)]
    [InlineData("<13>Dec  1 00:00:00", 19)]
    [InlineData("<13>Dec  1 00:00:00 ", 20)]
    [InlineData("<13>Dec  1 00:00:00x y", 19)]
    [InlineData("<13>Feb 30 00:00:00 host x", 10)]
    [InlineData("<13>Dec  1 24:00:00 host x", 11)]
    [InlineData("<13>Nab  1 20:00:00 host x", 4)]
    [InlineData("<13>643: Jan  8 19:46:03 x", 4)]
    [InlineData("<13>Jan  8 19:46:03.295 x y", 19)]
    public void A_bad_message_of_rfc3164_is_refused_with_its_place(string text, int column)
    {
        Assert.False(new Rfc3164Parser(null).TryParse(Encoding.UTF8.GetBytes(text), Now, out _, out SyslogError error));
        Assert.Equal(column, error.Column);
    }

    [Theory]
    [InlineData("<189>643: *Jan  8 19:46:03.295: %LINE-5-UP: Line", "643||2024-01-08T19:46:03.2950000Z||%LINE-5-UP|Line")]
    [InlineData("<189>643: Jan  8 19:46:03.295: %LINE-5-UP: Line", "643||2024-01-08T19:46:03.2950000Z||%LINE-5-UP|Line")]
    [InlineData("<189>105: 000104: Mar 12 07:12:10: %SYS-5: Done", "105|104|2024-03-12T07:12:10.0000000Z||%SYS-5|Done")]
    [InlineData("<189>: Mar 12 07:10:10: %SYS-5: Done", "0||2024-03-12T07:10:10.0000000Z||%SYS-5|Done")]
    [InlineData("<189>269614: myhost: Apr 11 10:02:08: %LINE-5: up", "269614||2024-04-11T10:02:08.0000000Z|myhost|%LINE-5|up")]
    [InlineData("<189>237: 000485: router1: *Jan  8 19:46:03.295: %X: y", "237|485|2024-01-08T19:46:03.2950000Z|router1|%X|y")]
    public void What_cisco_adds_is_read(string text, string expected)
    {
        var parser = new Rfc3164Parser(new CiscoComponents { EnableAll = true });
        Assert.True(parser.TryParse(Encoding.UTF8.GetBytes(text), Now, out SyslogMessage message, out SyslogError error), error.ToString());
        string Number(long value) => value == SyslogMessage.None ? "" : $"{value}";
        Assert.Equal(
            expected,
            $"{Number(message.Counter)}|{Number(message.Sequence)}|{Time(message)}|{Text(message.Hostname)}|{Text(message.AppName)}|{Text(message.Text)}");
    }

    [Fact]
    public void What_cisco_adds_has_to_be_as_configured()
    {
        var parser = new Rfc3164Parser(new CiscoComponents { MessageCounter = true });
        Assert.False(parser.TryParse("<189>1: 000104: Apr 11 10:02:08: %X: y"u8, Now, out _, out SyslogError error));
        Assert.Equal(8, error.Column);
    }

    [Theory]
    [InlineData(12, "2024-01-15", 2023)]
    [InlineData(1, "2024-12-15", 2025)]
    [InlineData(6, "2024-06-20", 2024)]
    public void The_year_is_the_one_that_is_closest_around_new_year(int month, string now, int expected) =>
        Assert.Equal(expected, SyslogTime.YearOf(month, DateTimeOffset.Parse(now)));

    [Fact]
    public void A_year_that_cannot_be_told_in_nanoseconds_becomes_the_end_of_what_can()
    {
        Assert.True(new Rfc3164Parser(null).TryParse("<13>Dec  1 00:00:00 host x"u8, null, out SyslogMessage message, out _));
        Assert.Equal(-9_223_372_036_000_000_000, message.Timestamp);
        Assert.True(Rfc5424Parser.TryParse("<13>1 9999-01-01T00:00:00Z - - - - - x"u8, out message, out _));
        Assert.Equal(9_223_372_036_000_000_000, message.Timestamp);
    }

    [Theory]
    [InlineData("<13> hello ", 13, "hello")]
    [InlineData("CEF:0|x", -1, "CEF:0|x")]
    [InlineData("<255>x", 255, "x")]
    [InlineData("<256>x", -1, "<256>x")]
    [InlineData("<>x", -1, "<>x")]
    [InlineData("<1x>y", -1, "<1x>y")]
    [InlineData("<13>", 13, "")]
    [InlineData(" \t", -1, "")]
    public void A_raw_line_is_taken_as_it_is_but_for_its_priority(string text, int priority, string expected)
    {
        SyslogMessage message = RawParser.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal((priority, expected), (message.Priority, Text(message.Text)));
    }

    [Fact]
    public void Parsers_allocate_nothing()
    {
        byte[] modern = [.. "<165>1 2018-10-11T22:14:15.003Z host5 e - id1 [custom@32473 exkey=\"1\"] An application event log entry..."u8];
        byte[] old = [.. "<85>Jan 24 15:50:41 ip-172 sudo[6040]: user : TTY"u8];
        byte[] bad = [.. "<85>1 what is this"u8];
        var parser = new Rfc3164Parser(new CiscoComponents { EnableAll = true });
        int good = 0;
        void Round()
        {
            good += Rfc5424Parser.TryParse(modern, out _, out _) ? 1 : 0;
            good += parser.TryParse(old, Now, out _, out _) ? 1 : 0;
            good += Rfc5424Parser.TryParse(bad, out _, out _) ? 1 : 0;
            good += RawParser.Parse(modern).Priority == 165 ? 1 : 0;
        }
        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Round();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(3003, good);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static string Time(in SyslogMessage message) =>
        message.HasTimestamp ? DateTime.UnixEpoch.AddTicks(message.Timestamp / 100).ToString("O") : "";

    private static string Describe(in SyslogMessage m) =>
        $"{m.Priority}|{m.Version}|{Time(m)}|{Text(m.Hostname)}|{Text(m.AppName)}|{Text(m.ProcId)}|{Text(m.MsgId)}|"
        + $"{(m.StructuredData.IsEmpty ? "[]" : Text(m.StructuredData))}|{Text(m.Text)}";

    private static string Describe3164(in SyslogMessage m) =>
        $"{m.Priority}|{Time(m)}|{Text(m.Hostname)}|{Text(m.AppName)}|{Text(m.ProcId)}|{Text(m.Text)}";
}
