using System.Text;
using Agent.Components.Loki.SourceSyslog;

namespace Agent.Components.Tests.Loki.SourceSyslog;

public sealed class FrameSplitterTests
{
    private const int Longest = 40;

    [Theory]
    [InlineData("<1>a\n<2>b\n", "<1>a,<2>b")]
    [InlineData("<1>a\n<2>b", "<1>a,<2>b")]
    [InlineData("<1>a\nb\n\n<2>c\n", "<1>a\nb,<2>c")]
    [InlineData("4 <1>a5 <2>bb", "<1>a,<2>bb")]
    [InlineData("4 <1>a\n5 <2>bb\n", "<1>a,<2>bb")]
    [InlineData("6 <1>a\nb4 <2>c", "<1>a\nb,<2>c")]
    [InlineData("0004 <1>a", "<1>a")]
    public void Messages_are_found_in_any_pieces(string text, string expected)
    {
        for (int size = 1; size <= text.Length; size++)
        {
            Assert.Equal((expected, ""), Split(SyslogFormat.Rfc5424, text, size));
        }
    }

    [Theory]
    [InlineData("41 <1>a", "", "greater than max_message_length")]
    [InlineData("99999999999999999999999999999999999999 <1>a", "", "greater than max_message_length")]
    [InlineData("00000000000000000000000000000000000001 <", "", "no length")]
    [InlineData("-5 <1>a", "", "neither its length nor <")]
    [InlineData("0 <1>a", "", "no length")]
    [InlineData("4x<1>a", "", "no length")]
    [InlineData("4 <1>ab <2>c", "<1>a", "no length")]
    [InlineData("6 x<1>ab", "", "comes no <")]
    [InlineData("20 <1>short", "", "end within a message")]
    [InlineData("20", "", "end within a message's length")]
    [InlineData("xxx", "", "neither its length nor <")]
    [InlineData("<1>0123456789012345678901234567890123456789\n<2>b\n", "<2>b", "longer than max_message_length")]
    [InlineData("<1>a\n01234567890123456789\n01234567890123456789\nmore\n<2>b\n", "<2>b", "longer than max_message_length")]
    public void Frames_that_lie_are_told_and_cost_no_memory(string text, string expected, string error)
    {
        for (int size = 1; size <= text.Length; size++)
        {
            (string messages, string errors) = Split(SyslogFormat.Rfc5424, text, size);
            Assert.Equal(expected, messages);
            Assert.Contains(error, errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("CEF:0|a\n<13>b\n\nc", "CEF:0|a,<13>b,,c", '\n')]
    [InlineData("a\nb\0c\0", "a\nb,c", '\0')]
    [InlineData("4 <1>a\n3 b\ncline\n", "<1>a,b\nc,line", '\n')]
    [InlineData("0123456789012345678901234567890123456789x\nb\n", "", '\n')]
    [InlineData("x0123456789012345678901234567890123456789\nb\n", "b", '\n')]
    public void Raw_lines_are_told_apart_one_by_one(string text, string expected, char delimiter)
    {
        for (int size = 1; size <= text.Length; size++)
        {
            Assert.Equal(expected, Split(SyslogFormat.Raw, text, size, (byte)delimiter).Messages);
        }
    }

    [Fact]
    public void A_line_is_held_until_it_is_known_that_none_continues_it()
    {
        var splitter = new FrameSplitter(SyslogFormat.Rfc5424, Longest, (byte)'\n');
        Assert.Equal(FrameStatus.NeedMore, splitter.Next("<1>a\n"u8, isEnd: false).Status);
        Assert.True(splitter.IsHolding);
        Assert.Equal(FrameStatus.NeedMore, splitter.Next("<1>a\nb"u8, isEnd: false).Status);
        Assert.False(splitter.IsHolding);
        Frame frame = splitter.Next("<1>a\nb\n<"u8, isEnd: false);
        Assert.Equal((FrameStatus.Message, 7, ..6), (frame.Status, frame.Consumed, frame.Message));
    }

    /// <summary>Feeds pieces as a connection does, and checks that no more than the limit is ever waited for.</summary>
    private static (string Messages, string Errors) Split(SyslogFormat format, string text, int size, byte delimiter = (byte)'\n')
    {
        byte[] all = Encoding.UTF8.GetBytes(text);
        var splitter = new FrameSplitter(format, Longest, delimiter);
        var messages = new List<string>();
        var errors = new StringBuilder();
        int start = 0;
        int end = 0;
        while (true)
        {
            Frame frame = splitter.Next(all.AsSpan(start..end), end == all.Length);
            int from = start;
            start += frame.Consumed;
            errors.Append(frame.Error);
            switch (frame.Status)
            {
                case FrameStatus.Message:
                    messages.Add(Encoding.UTF8.GetString(all.AsSpan(from..)[frame.Message]));
                    break;
                case FrameStatus.Broken:
                    return (string.Join(',', messages), errors.ToString());
                case FrameStatus.NeedMore when end == all.Length:
                    Assert.Equal(end, start);
                    return (string.Join(',', messages), errors.ToString());
                case FrameStatus.NeedMore:
                    Assert.True(end - start < Longest + FrameSplitter.Overhead);
                    end = Math.Min(end + size, all.Length);
                    break;
            }
        }
    }
}
