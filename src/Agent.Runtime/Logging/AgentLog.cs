using System.Buffers;
using System.Text;
using System.Threading.Channels;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Logging;

/// <summary>The agent's own log: one line a record to a stream (standard error), and to the receivers of <c>logging.write_to</c>.</summary>
/// <remarks>
/// Receivers are served by one task behind a bounded queue: a log line must never wait for a pipeline that may itself be what it
/// is about. When the queue is full the line is left out there (it stands on standard error all the same) and counted.
/// </remarks>
public sealed class AgentLog : ILoggerFactory
{
    private const int QueuedLines = 1000;
    private const int KeptLines = 500;
    private readonly Stream _output;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new(512);
    private readonly Queue<string> _recent = new();
    private readonly Channel<(long Timestamp, byte[] Line)> _forward = Channel.CreateBounded<(long, byte[])>(QueuedLines);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _forwarding;
    private LogSettings _settings = LogSettings.Default;
    private long _leftOut;
    private long _written;

    public AgentLog(Stream output, TimeProvider time)
    {
        _output = output;
        _time = time;
        _forwarding = Task.Run(ForwardAsync);
    }

    public LogSettings Settings
    {
        get => Volatile.Read(ref _settings);
        set => Volatile.Write(ref _settings, value);
    }

    /// <summary>Lines that <c>write_to</c> did not get because its receivers were too slow.</summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>The last lines, oldest first, for the UI and the support bundle.</summary>
    public IReadOnlyList<string> Recent
    {
        get
        {
            lock (_gate)
            {
                return [.. _recent];
            }
        }
    }

    /// <summary>The last lines that came after <paramref name="after"/> lines of the process, and how many there are by now.</summary>
    public (long Written, IReadOnlyList<string> Lines) Since(long after)
    {
        lock (_gate)
        {
            long missing = Math.Clamp(_written - after, 0, _recent.Count);
            return (_written, [.. _recent.Skip(_recent.Count - (int)missing)]);
        }
    }

    public ILogger CreateLogger(string categoryName) => new AgentLogger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the agent's log has one destination");

    public void Dispose()
    {
        _stop.Cancel();
        _forwarding.Wait(TimeSpan.FromSeconds(1));
        _stop.Dispose();
    }

    internal bool IsEnabled(LogLevel level) => level >= Settings.Level && level != LogLevel.None;

    internal void Write(LogRecordText record)
    {
        LogSettings settings = Settings;
        DateTimeOffset now = _time.GetUtcNow();
        lock (_gate)
        {
            _line.ResetWrittenCount();
            LogLineWriter.Write(_line, settings.Format, now, record);
            ReadOnlySpan<byte> line = _line.WrittenSpan;
            _output.Write(line);
            _output.Flush();
            Remember(Encoding.UTF8.GetString(line[..^1]));
            if (settings.WriteTo.Count > 0 && !_forward.Writer.TryWrite((UnixNanos(now), line[..^1].ToArray())))
            {
                _leftOut++;
            }
        }
    }

    private static long UnixNanos(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;

    private void Remember(string line)
    {
        if (_recent.Count == KeptLines)
        {
            _recent.Dequeue();
        }
        _recent.Enqueue(line);
        _written++;
    }

    private async Task ForwardAsync()
    {
        using var batch = new LogBatch();
        try
        {
            while (await _forward.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                batch.Clear();
                while (batch.Count < QueuedLines && _forward.Reader.TryRead(out (long Timestamp, byte[] Line) item))
                {
                    batch.Add(new LogEntry(LabelSet.Empty, item.Timestamp, item.Line));
                }
                await LogFanOut.Of(Settings.WriteTo).ConsumeAsync(batch, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }
}
