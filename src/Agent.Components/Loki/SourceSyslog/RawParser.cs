namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Takes a line as it is, but for a priority in front of it.</summary>
internal static class RawParser
{
    private const int HighestPriority = 255;

    public static SyslogMessage Parse(ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> text = Trim(input);
        var message = new SyslogMessage();
        int length = PriorityLength(text, out int priority);
        if (length > 0)
        {
            message.Priority = priority;
            text = Trim(text[length..]);
        }
        message.Text = text;
        return message;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n\v\f"u8);

    private static int PriorityLength(ReadOnlySpan<byte> text, out int priority)
    {
        priority = 0;
        if (text.Length < 3 || text[0] != '<')
        {
            return 0;
        }
        int at = 1;
        while (at < text.Length && char.IsAsciiDigit((char)text[at]) && priority <= HighestPriority)
        {
            priority = (priority * 10) + text[at++] - '0';
        }
        return at > 1 && at < text.Length && text[at] == '>' && priority <= HighestPriority ? at + 1 : 0;
    }
}
