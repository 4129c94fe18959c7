namespace Agent.Components.Loki.SourceSyslog;

internal enum FrameStatus
{
    /// <summary>A message was found.</summary>
    Message,

    /// <summary>More bytes are needed, or all were used.</summary>
    NeedMore,

    /// <summary>Something was passed over; what follows may be good.</summary>
    Skipped,

    /// <summary>Where the next message starts cannot be known: the connection has to end.</summary>
    Broken,
}

/// <param name="Status">What was found.</param>
/// <param name="Consumed">Bytes that are done with, the message among them.</param>
/// <param name="Message">Where the message stands.</param>
/// <param name="Error">What was wrong; constant text.</param>
internal readonly record struct Frame(FrameStatus Status, int Consumed, Range Message = default, string Error = "")
{
    public static Frame More => new(FrameStatus.NeedMore, 0);

    public static Frame Broken(string error) => new(FrameStatus.Broken, 0, default, error);
}

/// <summary>Finds messages in a stream of bytes (RFC 6587), of one connection or one datagram.</summary>
/// <remarks>
/// The first byte tells the framing: a digit starts a length (<c>LENGTH SP MESSAGE</c>), <c>&lt;</c> a message that ends at a line break. A
/// line that does not start with <c>&lt;</c> continues the message before it, so a message ends for certain only where the next one starts; the
/// one that everything else says is complete is <see cref="IsHolding"/>. The raw format tells each message apart anew, and knows no continuation.
/// No more than the longest message is ever asked for, whatever a length says.
/// </remarks>
internal sealed class FrameSplitter(SyslogFormat format, int longest, byte delimiter)
{
    /// <summary>Room for a length and its space beside the longest message.</summary>
    public const int Overhead = 32;

    private const int MostDigits = 20;
    private readonly bool _isRaw = format == SyslogFormat.Raw;
    private Framing _framing;
    private bool _skipping;
    private bool _atLineStart;
    private bool _afterCounted;
    private int _searched;

    private enum Framing
    {
        Unknown,
        Counted,
        Lines,
    }

    /// <summary>True while the bytes at hand end with a line break, so that they are a message unless the next line continues it.</summary>
    public bool IsHolding { get; private set; }

    public void Reset()
    {
        _framing = Framing.Unknown;
        _skipping = _atLineStart = _afterCounted = IsHolding = false;
        _searched = 0;
    }

    /// <summary>Looks at the bytes that are not consumed yet; call again until more are needed.</summary>
    /// <param name="data">All of them, from the same place on each call.</param>
    /// <param name="isEnd">No more will come, or the sender is taken to have paused.</param>
    public Frame Next(ReadOnlySpan<byte> data, bool isEnd)
    {
        IsHolding = false;
        if (data.IsEmpty)
        {
            return Frame.More;
        }
        if (_skipping)
        {
            return Skip(data);
        }
        if (_afterCounted && data[0] == '\n')
        {
            _afterCounted = false;
            return new Frame(FrameStatus.Skipped, 1);
        }
        if (_isRaw)
        {
            return char.IsAsciiDigit((char)data[0]) && _searched == 0 ? Counted(data, isEnd) : RawLine(data, isEnd);
        }
        if (_framing == Framing.Unknown)
        {
            _framing = data[0] == '<' ? Framing.Lines : char.IsAsciiDigit((char)data[0]) ? Framing.Counted : Framing.Unknown;
        }
        return _framing switch
        {
            Framing.Lines => Lines(data, isEnd),
            Framing.Counted => Counted(data, isEnd),
            _ => Frame.Broken("a message starts with neither its length nor <"),
        };
    }

    private Frame Counted(ReadOnlySpan<byte> data, bool isEnd)
    {
        _afterCounted = false;
        long length = 0;
        int digits = 0;
        while (digits < data.Length && char.IsAsciiDigit((char)data[digits]))
        {
            length = (length * 10) + data[digits++] - '0';
            if (length > longest)
            {
                return Frame.Broken("a message's length is greater than max_message_length");
            }
            if (digits > MostDigits)
            {
                return Frame.Broken("a message's length is no length");
            }
        }
        if (digits == data.Length)
        {
            return isEnd ? Frame.Broken("the data end within a message's length") : Frame.More;
        }
        if (digits == 0 || length == 0 || data[digits] != ' ')
        {
            return Frame.Broken("a message's length is no length");
        }
        int start = digits + 1;
        if (start < data.Length && !_isRaw && data[start] != '<')
        {
            return Frame.Broken("after a message's length comes no <");
        }
        int end = start + (int)length;
        if (end > data.Length)
        {
            return isEnd ? Frame.Broken("the data end within a message") : Frame.More;
        }
        _afterCounted = true;
        return new Frame(FrameStatus.Message, end, start..end);
    }

    private Frame Lines(ReadOnlySpan<byte> data, bool isEnd)
    {
        if (data[0] != '<')
        {
            return StartSkipping(0, "a line starts with no priority and continues no message");
        }
        while (true)
        {
            int found = data[_searched..].IndexOf((byte)'\n');
            int end = found < 0 ? data.Length : _searched + found;
            if (end > longest)
            {
                return StartSkipping(0, "a message is longer than max_message_length");
            }
            bool isLast = end + 1 >= data.Length;
            if (found < 0 || isLast)
            {
                _searched = end;
                IsHolding = found >= 0 && !isEnd;
                return isEnd ? Line(data, end, Math.Min(end + 1, data.Length)) : Frame.More;
            }
            _searched = end + 1;
            if (data[end + 1] == '<')
            {
                return Line(data, end, end + 1);
            }
        }
    }

    private Frame RawLine(ReadOnlySpan<byte> data, bool isEnd)
    {
        int found = data[_searched..].IndexOf(delimiter);
        int end = found < 0 ? data.Length : _searched + found;
        if (end > longest)
        {
            return StartSkipping(0, "a message is longer than max_message_length");
        }
        if (found < 0 && !isEnd)
        {
            _searched = end;
            return Frame.More;
        }
        return Line(data, end, found < 0 ? end : end + 1);
    }

    private Frame Line(ReadOnlySpan<byte> data, int end, int consumed)
    {
        _searched = 0;
        int length = data[..end].TrimEnd((byte)'\n').Length;
        return new Frame(FrameStatus.Message, consumed, ..length);
    }

    private Frame StartSkipping(int consumed, string error)
    {
        _skipping = true;
        _atLineStart = false;
        _searched = 0;
        return new Frame(FrameStatus.Skipped, consumed, default, error);
    }

    /// <summary>To the next line that starts a message.</summary>
    private Frame Skip(ReadOnlySpan<byte> data)
    {
        if (_atLineStart && (_isRaw || data[0] == '<'))
        {
            _skipping = false;
            return new Frame(FrameStatus.Skipped, 0);
        }
        int found = data.IndexOf(_isRaw ? delimiter : (byte)'\n');
        _atLineStart = found >= 0;
        return new Frame(found < 0 ? FrameStatus.NeedMore : FrameStatus.Skipped, found < 0 ? data.Length : found + 1);
    }
}
