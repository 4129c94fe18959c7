using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Turns the bytes of one sender at a time into entries. For one thread of control; lines point into the bytes.</summary>
internal sealed class MessageReader(SyslogListener listener) : IDisposable
{
    private readonly ListenerOptions _options = listener.Options;
    private readonly FrameSplitter _frames = new(listener.Options.SyslogFormat, listener.Options.MaxMessage, listener.Options.Delimiter);
    private readonly Rfc3164Parser _rfc3164 = new(listener.Options.CiscoComponents);
    private readonly Rfc5424Text _text = new();
    private SyslogSettings _settings = listener.Services.Settings;
    private long _now;
    private DateTimeOffset? _local;

    /// <summary>Entries so far; for the caller to send and clear before the bytes change.</summary>
    public LogBatch Batch { get; } = new();

    /// <summary>True where the bytes that are left are a message unless a line follows that continues it.</summary>
    public bool IsHolding => _frames.IsHolding;

    /// <summary>Takes the settings and the time that count for what is read next.</summary>
    public void Begin()
    {
        _settings = listener.Services.Settings;
        _now = (listener.Services.Time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
        _local = _options.Rfc3164DefaultToCurrentYear ? listener.Services.Time.GetLocalNow() : null;
    }

    /// <summary>Reads a datagram, which stands for itself.</summary>
    public void ReadDatagram(ReadOnlyMemory<byte> data, SyslogPeer peer)
    {
        _frames.Reset();
        if (data.IsEmpty)
        {
            listener.Services.Metrics.EmptyMessages.Increment();
            return;
        }
        Read(data, peer, isEnd: true, out _);
    }

    /// <summary>Reads all messages that are there; gives the number of bytes that are done with.</summary>
    /// <param name="data">What was not consumed before, and more.</param>
    /// <param name="peer">Who sent it.</param>
    /// <param name="isEnd">Whether more may come.</param>
    /// <param name="isBroken">True where nothing can be made of what follows.</param>
    public int Read(ReadOnlyMemory<byte> data, SyslogPeer peer, bool isEnd, out bool isBroken)
    {
        int consumed = 0;
        while (true)
        {
            ReadOnlyMemory<byte> rest = data[consumed..];
            Frame frame = _frames.Next(rest.Span, isEnd);
            consumed += frame.Consumed;
            if (frame.Error.Length > 0)
            {
                listener.ReportBad(peer, frame.Error);
            }
            isBroken = frame.Status == FrameStatus.Broken;
            if (isBroken || frame.Status == FrameStatus.NeedMore)
            {
                return consumed;
            }
            if (frame.Status == FrameStatus.Message)
            {
                AddMessage(rest[frame.Message], peer);
            }
        }
    }

    public void Dispose() => Batch.Dispose();

    private void AddMessage(ReadOnlyMemory<byte> bytes, SyslogPeer peer)
    {
        ReadOnlySpan<byte> input = bytes.Span;
        SyslogMessage message;
        SyslogError error = default;
        bool isGood = true;
        switch (_options.SyslogFormat)
        {
            case SyslogFormat.Rfc3164:
                isGood = _rfc3164.TryParse(input, _local, out message, out error);
                break;
            case SyslogFormat.Raw:
                message = RawParser.Parse(input);
                // What is between two delimiters may well be nothing.
                if (message.Text.IsEmpty && message.Priority == SyslogMessage.None)
                {
                    return;
                }
                break;
            default:
                isGood = Rfc5424Parser.TryParse(input, out message, out error);
                break;
        }
        if (!isGood)
        {
            listener.ReportBad(peer, error);
            return;
        }
        Add(message, bytes, peer);
    }

    private void Add(in SyslogMessage message, ReadOnlyMemory<byte> bytes, SyslogPeer peer)
    {
        if (message.Text.IsEmpty)
        {
            listener.Services.Metrics.EmptyMessages.Increment();
            if (!_options.Rfc5424AllowEmptyMsg)
            {
                return;
            }
        }
        LabelSet? labels = listener.Labels.Of(message, peer, _settings.Rules);
        if (labels is null)
        {
            listener.Services.Metrics.Relabelled.Increment();
            return;
        }
        ReadOnlyMemory<byte> line = default;
        if (_options is { UseRfc5424Message: true, SyslogFormat: SyslogFormat.Rfc5424 })
        {
            line = _text.Write(message, Batch.Bytes);
        }
        else if (!message.Text.IsEmpty && bytes.Span.Overlaps(message.Text, out int offset))
        {
            line = bytes.Slice(offset, message.Text.Length);
        }
        Batch.Add(new LogEntry(labels, _options.UseIncomingTimestamp && message.HasTimestamp ? message.Timestamp : _now, line));
    }
}
