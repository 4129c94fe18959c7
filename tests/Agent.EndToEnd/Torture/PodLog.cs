using System.Globalization;

namespace Agent.EndToEnd.Torture;

/// <summary>The log of one container, as the runtime and the kubelet write and rotate it.</summary>
internal sealed class PodLog : IDisposable
{
    /// <summary>Bytes that the lines of one call may need.</summary>
    public const int BufferSize = (MostLinesAtOnce + 1) * ((2 * MostBytesAround) + NumberedMessage.MostBytes);

    private const int MostLinesAtOnce = 200;
    private const int MostBytesAround = 64;
    private readonly byte[] _buffer;
    private readonly byte[] _message = new byte[NumberedMessage.MostBytes];
    private readonly int _source;
    private readonly double _inParts;
    private readonly string _folder;
    private FileStream _file;
    private int _pendingLength;
    private int _pendingStart;
    private int _written;

    /// <param name="logs">The folder of all logs.</param>
    /// <param name="source">The number of the source.</param>
    /// <param name="inParts">How many of the messages are written in parts, from 0 to 1.</param>
    /// <param name="buffer">Where lines are put together: as long as <see cref="BufferSize"/>, and for one call at a time.</param>
    public PodLog(string logs, int source, double inParts, byte[] buffer)
    {
        _buffer = buffer;
        _source = source;
        _inParts = inParts;
        _folder = Path.Combine(logs, $"shop_{NumberedMessage.NameOf(source)}_0f3c{source:D4}", "main");
        Directory.CreateDirectory(_folder);
        _file = Open();
    }

    /// <summary>Messages that are in the files as a whole.</summary>
    public int Written => Volatile.Read(ref _written);

    private string Path0 => Path.Combine(_folder, "0.log");

    /// <summary>Appends messages in one go, so many but no more than 200. Of a message in parts the last one may wait for the next call.</summary>
    /// <returns>How many were begun.</returns>
    public int Append(int count, Random random, DateTime now)
    {
        count = Math.Min(count, MostLinesAtOnce);
        int written = _written;
        int at = FinishPending(_buffer, now);
        written += at > 0 ? 1 : 0;
        for (int i = 0; i < count; i++)
        {
            // Timestamps count tenths of a microsecond: lines of one call lie as far apart.
            DateTime time = now.AddTicks(i + 1);
            int length = NumberedMessage.Write(_message, _source, written);
            if (random.NextDouble() >= _inParts)
            {
                at += Line(_buffer.AsSpan(at), time, (byte)'F', _message.AsSpan(0, length));
                written++;
                continue;
            }
            int middle = random.Next(1, length);
            at += Line(_buffer.AsSpan(at), time, (byte)'P', _message.AsSpan(0, middle));
            (_pendingStart, _pendingLength) = (middle, length);
            if (i < count - 1)
            {
                at += FinishPending(_buffer.AsSpan(at), time);
                written++;
            }
        }
        _file.Write(_buffer, 0, at);
        Volatile.Write(ref _written, written);
        return count;
    }

    /// <summary>Writes what is left of a message in parts.</summary>
    public void Finish(DateTime now)
    {
        int length = FinishPending(_buffer, now);
        if (length > 0)
        {
            _file.Write(_buffer, 0, length);
            Volatile.Write(ref _written, _written + 1);
        }
    }

    /// <summary>Renames the file as the kubelet does, goes on writing to it as the runtime does until it is told, and opens a new one.</summary>
    /// <returns>Where the rotated file is now.</returns>
    public string Rotate(DateTime now)
    {
        string rotated = $"{Path0}.{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        File.Move(Path0, rotated);
        Finish(now);
        _file.Dispose();
        _file = Open();
        return rotated;
    }

    public void Dispose() => _file.Dispose();

    private int FinishPending(Span<byte> target, DateTime now)
    {
        int length = _pendingLength == 0 ? 0 : Line(target, now, (byte)'F', _message.AsSpan(_pendingStart, _pendingLength - _pendingStart));
        _pendingLength = 0;
        return length;
    }

    private static int Line(Span<byte> target, DateTime time, byte flag, ReadOnlySpan<byte> content)
    {
        time.TryFormat(target, out int at, "yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
        "00Z stdout "u8.CopyTo(target[at..]);
        at += 11;
        target[at++] = flag;
        target[at++] = (byte)' ';
        content.CopyTo(target[at..]);
        at += content.Length;
        target[at++] = (byte)'\n';
        return at;
    }

    private FileStream Open() => new(Path0, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    });
}
