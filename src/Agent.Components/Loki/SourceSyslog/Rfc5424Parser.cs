using Agent.Components.Common.GoTime;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Reads RFC 5424: <c>&lt;PRI&gt;VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG</c>.</summary>
/// <remarks>
/// The message part may hold any bytes: few senders write the byte order mark that the format wants before UTF-8. Two things are taken that
/// Alloy refuses: fractions of a second with up to nine digits, and a backslash in a parameter that escapes nothing, which the format itself
/// says to take as it stands.
/// </remarks>
internal static class Rfc5424Parser
{
    private const int LongestHostname = 255;
    private const int LongestAppName = 48;
    private const int LongestProcId = 128;
    private const int LongestMsgId = 32;
    private const int LongestTimestamp = 64;
    private const string Space = "a space and the rest of the header";

    public static bool TryParse(ReadOnlySpan<byte> input, out SyslogMessage message, out SyslogError error)
    {
        var found = new SyslogMessage();
        var scanner = new SyslogScanner(input);
        string? expected = TakeOrigin(ref scanner, ref found) ?? TakeNames(ref scanner, ref found) ?? TakeBody(ref scanner, ref found);
        message = found;
        error = expected is null ? default : new SyslogError(expected, scanner.At);
        return expected is null;
    }

    /// <summary>Each of these gives what is expected where it stopped, or null where all went well.</summary>
    private static string? TakeOrigin(ref SyslogScanner scanner, ref SyslogMessage message)
    {
        if (!scanner.TakePriority(out int priority))
        {
            return SyslogScanner.ExpectedPriority;
        }
        message.Priority = priority;
        int version = 0;
        for (int digits = 0; digits < 3 && char.IsAsciiDigit((char)scanner.Next) && (digits > 0 || scanner.Next != '0'); digits++)
        {
            version = (version * 10) + scanner.Next - '0';
            scanner.At++;
        }
        if (version == 0)
        {
            return "a version value in the range 1-999";
        }
        message.Version = version;
        if (!scanner.Take(' '))
        {
            return Space;
        }
        int start = scanner.At;
        if (!scanner.TakeWord(LongestTimestamp, out ReadOnlySpan<byte> timestamp) || !TrySetTimestamp(timestamp, ref message))
        {
            scanner.At = start;
            return "a RFC3339MICRO timestamp or a nil value";
        }
        return scanner.Take(' ') ? null : Space;
    }

    private static string? TakeNames(ref SyslogScanner scanner, ref SyslogMessage message)
    {
        if (!scanner.TakeWord(LongestHostname, out ReadOnlySpan<byte> hostname))
        {
            return "an hostname (from 1 to max 255 US-ASCII characters) or a nil value";
        }
        if (!scanner.Take(' '))
        {
            return Space;
        }
        if (!scanner.TakeWord(LongestAppName, out ReadOnlySpan<byte> appName))
        {
            return "an app-name (from 1 to max 48 US-ASCII characters) or a nil value";
        }
        if (!scanner.Take(' '))
        {
            return Space;
        }
        if (!scanner.TakeWord(LongestProcId, out ReadOnlySpan<byte> procId))
        {
            return "a procid (from 1 to max 128 US-ASCII characters) or a nil value";
        }
        if (!scanner.Take(' '))
        {
            return Space;
        }
        if (!scanner.TakeWord(LongestMsgId, out ReadOnlySpan<byte> msgId))
        {
            return "a msgid (from 1 to max 32 US-ASCII characters) or a nil value";
        }
        message.Hostname = OrNil(hostname);
        message.AppName = OrNil(appName);
        message.ProcId = OrNil(procId);
        message.MsgId = OrNil(msgId);
        return scanner.Take(' ') ? null : Space;
    }

    private static string? TakeBody(ref SyslogScanner scanner, ref SyslogMessage message)
    {
        if (!scanner.Take('-'))
        {
            int start = scanner.At;
            if (StructuredData.Take(ref scanner) is { } expected)
            {
                return expected;
            }
            message.StructuredData = scanner.Input[start..scanner.At];
        }
        if (scanner.IsAtEnd)
        {
            return null;
        }
        if (!scanner.Take(' '))
        {
            return "a space and the message, or nothing";
        }
        message.Text = scanner.Rest;
        return null;
    }

    private static bool TrySetTimestamp(ReadOnlySpan<byte> text, ref SyslogMessage message)
    {
        if (text is [(byte)'-'])
        {
            return true;
        }
        if (!Rfc3339.TryParseNanoseconds(text, out long nanoseconds))
        {
            return false;
        }
        message.TimestampText = text;
        message.HasTimestamp = true;
        message.Timestamp = SyslogTime.Clamp(((text[0] - '0') * 1000) + ((text[1] - '0') * 100) + ((text[2] - '0') * 10) + text[3] - '0', nanoseconds);
        return true;
    }

    private static ReadOnlySpan<byte> OrNil(ReadOnlySpan<byte> word) => word is [(byte)'-'] ? default : word;
}
