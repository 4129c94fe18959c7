using System.Text;
using Agent.Components.Loki.SourceJournal;

namespace Agent.Components.Tests.Loki.SourceJournal;

public sealed class ExportParserTests
{
    private static readonly byte[] Entry =
    [
        .. "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1700000000123456\n__MONOTONIC_TIMESTAMP=5\nMESSAGE=a=b\nEMPTY=\nBIN\n"u8,
        .. BitConverter.GetBytes(4UL), .. "x\n\ny\n_PID=7\n\n"u8,
    ];

    [Fact]
    public void Fields_of_both_kinds_are_taken_however_the_bytes_are_cut()
    {
        for (int size = 1; size <= Entry.Length; size++)
        {
            using var parser = new ExportParser();
            List<string> entries = Feed(parser, [.. Entry, .. "\n"u8, .. Entry], size);

            Assert.Equal(2, entries.Count);
            Assert.All(entries, static entry => Assert.Equal("s=1;i=2 1700000000123456000 MESSAGE=a=b|EMPTY=|BIN=x\n\ny|_PID=7|End", entry));
        }
    }

    [Fact]
    public void An_entry_that_breaks_the_rules_is_corrupt_and_the_next_one_is_not()
    {
        byte[] bad = [.. "BIN\n"u8, .. BitConverter.GetBytes(1UL), .. "xy\nA=1\n\n"u8];
        using var parser = new ExportParser();

        List<string> entries = Feed(parser, [.. bad, .. Entry], 7);

        Assert.Equal(2, entries.Count);
        Assert.EndsWith("Corrupt", entries[0], StringComparison.Ordinal);
        Assert.EndsWith("_PID=7|End", entries[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_beyond_the_limit_is_kept_to_one_byte_more_than_the_limit()
    {
        byte[] entry = [.. "A="u8, .. new byte[3 * JournalLimits.LongestValue], .. "\nB=1\n\n"u8];
        using var parser = new ExportParser();
        ReadOnlySpan<byte> input = entry;

        Assert.True(parser.TryTake(ref input));
        Assert.Equal(JournalRead.Item, parser.NextField(out JournalField field));
        Assert.Equal(JournalLimits.LongestValue + 1, field.Value.Length);
        Assert.Equal(JournalRead.Item, parser.NextField(out field));
        Assert.Equal("B", Encoding.UTF8.GetString(field.Name));
    }

    [Fact]
    public void A_cursor_older_than_the_limit_gives_way_to_the_limit()
    {
        var source = new JournalSource("/j", ["A=1", "B=2"]);
        const string Cursor = "s=a;i=b;b=c;m=d;t=10;x=f";

        Assert.Contains("--after-cursor=" + Cursor, JournalctlReader.Arguments(source, new JournalStart(Cursor, 16)));
        Assert.Contains("--after-cursor=" + Cursor, JournalctlReader.Arguments(source, new JournalStart(Cursor, 0)));
        List<string> late = JournalctlReader.Arguments(source, new JournalStart(Cursor, 17_000_000));
        Assert.Contains("--since=@17", late);
        Assert.Equal(["--directory=/j", "--since=@17", "A=1", "B=2"], late[^4..]);
    }

    private static List<string> Feed(ExportParser parser, byte[] bytes, int size)
    {
        var entries = new List<string>();
        for (int at = 0; at < bytes.Length; at += size)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(size, bytes.Length - at));
            while (parser.TryTake(ref input))
            {
                var text = new StringBuilder($"{parser.Cursor} {parser.Timestamp} ");
                JournalRead read;
                while ((read = parser.NextField(out JournalField field)) == JournalRead.Item)
                {
                    text.Append($"{Encoding.UTF8.GetString(field.Name)}={Encoding.UTF8.GetString(field.Value)}|");
                }
                entries.Add(text.Append(read).ToString());
            }
        }
        return entries;
    }
}
