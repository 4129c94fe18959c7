using System.Buffers;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Reads BSD syslog, RFC 3164: <c>&lt;PRI&gt;Mmm dd hh:mm:ss HOSTNAME TAG[PID]: MSG</c>, of which HOSTNAME and TAG may be missing.</summary>
/// <remarks>
/// A message without a tag is kept whole, whatever it starts with. Any bytes are taken in it: Alloy refuses messages with tabs and other
/// control characters, and the loss would be the user's.
/// With Cisco's extensions: <c>&lt;PRI&gt;[counter:] [sequence:] [hostname:] [*]Mmm dd hh:mm:ss[.mmm]: MSG</c>.
/// </remarks>
internal sealed class Rfc3164Parser(CiscoComponents? cisco)
{
    private const int LongestHostname = 255;
    private const int LongestTag = 48;
    private const int LongestNumber = 255;
    private const string ExpectedTimestamp = "a Stamp timestamp (`Mmm dd hh:mm:ss`)";

    // What ends a tag, and what cannot stand in one.
    private static readonly SearchValues<byte> TagBytes = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Where(static code => code is not (':' or '[')).Select(static code => (byte)code)]);

    /// <param name="input">The message without its line break.</param>
    /// <param name="now">Gives the year; without it the year is 0.</param>
    /// <param name="message">Views into the input.</param>
    /// <param name="error">What was wrong.</param>
    public bool TryParse(ReadOnlySpan<byte> input, DateTimeOffset? now, out SyslogMessage message, out SyslogError error)
    {
        var found = new SyslogMessage();
        var scanner = new SyslogScanner(input.TrimEnd("\r\n\0"u8));
        string? expected = TakeHead(ref scanner, ref found) ?? TakeTimestamp(ref scanner, now, ref found) ?? TakeText(ref scanner, ref found);
        message = found;
        error = expected is null ? default : new SyslogError(expected, scanner.At);
        return expected is null;
    }

    private string? TakeHead(ref SyslogScanner scanner, ref SyslogMessage message)
    {
        if (!scanner.TakePriority(out int priority))
        {
            return SyslogScanner.ExpectedPriority;
        }
        message.Priority = priority;
        scanner.SkipSpaces();
        if (cisco is null)
        {
            return null;
        }
        if (cisco.HasCounter && TakeNumber(ref scanner, out uint counter))
        {
            message.Counter = counter;
        }
        if (cisco.HasSequence && TakeNumber(ref scanner, out uint sequence))
        {
            message.Sequence = sequence;
        }
        if (cisco.HasHostname)
        {
            TakeCiscoHostname(ref scanner, ref message);
        }
        // The clock was never set, or has lost its source.
        if (scanner.Next is (byte)'*' or (byte)'.')
        {
            scanner.At++;
        }
        return null;
    }

    /// <summary>A number with a colon; a device that was told to leave out the number leaves the colon.</summary>
    private static bool TakeNumber(ref SyslogScanner scanner, out uint number)
    {
        number = 0;
        ReadOnlySpan<byte> rest = scanner.Rest;
        int digits = 0;
        while (digits < rest.Length && digits < LongestNumber && char.IsAsciiDigit((char)rest[digits]))
        {
            number = unchecked((number * 10) + rest[digits++] - '0');
        }
        if (digits >= rest.Length || rest[digits] != ':')
        {
            return false;
        }
        scanner.At += digits + 1;
        scanner.SkipSpaces();
        return true;
    }

    private static void TakeCiscoHostname(ref SyslogScanner scanner, ref SyslogMessage message)
    {
        int colon = scanner.Rest.IndexOf((byte)':');
        if (colon is > 0 and <= LongestHostname && SyslogScanner.IsGraphic(scanner.Rest[..colon]))
        {
            message.Hostname = scanner.Rest[..colon];
            scanner.At += colon + 1;
            scanner.SkipSpaces();
        }
    }

    private string? TakeTimestamp(ref SyslogScanner scanner, DateTimeOffset? now, ref SyslogMessage message)
    {
        int month = MonthOf(scanner.Rest);
        if (month == 0)
        {
            return ExpectedTimestamp;
        }
        int start = scanner.At;
        scanner.At += 3;
        int day = scanner.Take(' ') ? TakeDay(ref scanner) : -1;
        // A leap year, since year 0 is one: 29 February is a day as long as the year is not known.
        if (day < 1 || day > Common.GoTime.GoCalendar.DaysIn(month, 0) || !scanner.Take(' '))
        {
            return ExpectedTimestamp;
        }
        int hour = scanner.TakeTwoDigits(0, 23);
        int minute = hour >= 0 && scanner.Take(':') ? scanner.TakeTwoDigits(0, 59) : -1;
        int second = minute >= 0 && scanner.Take(':') ? scanner.TakeTwoDigits(0, 59) : -1;
        if (second < 0)
        {
            return ExpectedTimestamp;
        }
        int nanosecond = cisco is { HasFractions: true } ? TakeFraction(ref scanner) : 0;
        message.TimestampText = scanner.Input[start..scanner.At];
        message.HasTimestamp = true;
        int year = now is { } known ? SyslogTime.YearOf(month, known) : 0;
        message.Timestamp = SyslogTime.From(year, month, day, ((hour * 3600) + (minute * 60) + second, nanosecond));
        if (cisco is not null)
        {
            scanner.Take(':');
        }
        return null;
    }

    private static int MonthOf(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3)
        {
            return 0;
        }
        int at = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(text[..3]);
        return at >= 0 && at % 3 == 0 ? (at / 3) + 1 : 0;
    }

    /// <summary>Two characters, the first of them a space or a digit.</summary>
    private static int TakeDay(ref SyslogScanner scanner)
    {
        if (!scanner.Take(' '))
        {
            return scanner.TakeTwoDigits(1, 31);
        }
        int digit = scanner.Next - '0';
        if (digit is < 1 or > 9)
        {
            return -1;
        }
        scanner.At++;
        return digit;
    }

    private static int TakeFraction(ref SyslogScanner scanner)
    {
        if (scanner.Next != '.')
        {
            return 0;
        }
        int nanosecond = 0;
        int unit = 100_000_000;
        for (scanner.At++; char.IsAsciiDigit((char)scanner.Next); scanner.At++, unit /= 10)
        {
            nanosecond += (scanner.Next - '0') * unit;
        }
        return nanosecond;
    }

    private static string? TakeText(ref SyslogScanner scanner, ref SyslogMessage message)
    {
        int before = scanner.At;
        scanner.SkipSpaces();
        if (scanner.IsAtEnd || scanner.At == before)
        {
            return "a space and the message";
        }
        TakeHostname(ref scanner, ref message);
        TakeTag(ref scanner, ref message);
        message.Text = scanner.Rest;
        return null;
    }

    /// <summary>The first word, where it holds no colon (then it is a tag) and more words follow.</summary>
    private static void TakeHostname(ref SyslogScanner scanner, ref SyslogMessage message)
    {
        ReadOnlySpan<byte> rest = scanner.Rest;
        int length = rest.IndexOf((byte)' ');
        if (length is < 1 or > LongestHostname || !SyslogScanner.IsGraphic(rest[..length]) || rest[..length].Contains((byte)':'))
        {
            return;
        }
        int following = rest[length..].IndexOfAnyExcept((byte)' ');
        if (following > 0)
        {
            message.Hostname = rest[..length];
            scanner.At += length + following;
        }
    }

    private static void TakeTag(ref SyslogScanner scanner, ref SyslogMessage message)
    {
        ReadOnlySpan<byte> rest = scanner.Rest;
        int length = rest.IndexOfAnyExcept(TagBytes);
        if (length is < 1 or > LongestTag)
        {
            return;
        }
        int end = length;
        ReadOnlySpan<byte> pid = default;
        if (rest[end] == '[')
        {
            int close = rest[end..].IndexOf((byte)']');
            if (close < 0 || !SyslogScanner.IsGraphic(rest.Slice(end + 1, close - 1)) || rest.Slice(end + 1, close - 1).Contains((byte)'['))
            {
                return;
            }
            pid = rest.Slice(end + 1, close - 1);
            end += close + 1;
        }
        if (end >= rest.Length || rest[end] != ':')
        {
            return;
        }
        message.AppName = rest[..length] is [(byte)'-'] ? default : rest[..length];
        message.ProcId = pid is [(byte)'-'] ? default : pid;
        // Without a space after it, or with nothing, the message starts at the tag: it may be anything, a time for one.
        if (end + 2 < rest.Length && rest[end + 1] == ' ')
        {
            scanner.At += end + 2;
        }
    }
}
