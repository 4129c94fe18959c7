using System.Buffers.Binary;
using System.Text;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>
/// Takes the body of a container's log apart. Without a terminal it comes in frames: a byte for the output (1 or 2; 3 for an error of
/// the daemon itself), three zero bytes, four bytes of length (big endian), that many bytes. With a terminal it comes as it is.
/// </summary>
internal sealed class FrameReader(bool isTerminal, LineAssembler output, LineAssembler error)
{
    private const int HeaderSize = 8;
    private const byte ErrorStream = 2;
    private const byte DaemonStream = 3;

    private byte _stream;
    private int _length;
    private int _left;

    /// <summary>Takes all that is complete enough; lines may point into <paramref name="input"/>.</summary>
    /// <returns>Bytes taken; the rest has to come again with more behind it.</returns>
    /// <exception cref="InvalidDataException">This is no log stream, or the daemon reports an error in it.</exception>
    public int Take(ReadOnlyMemory<byte> input)
    {
        int at = 0;
        while (at < input.Length)
        {
            bool isFirst = false;
            if (isTerminal)
            {
                _left = input.Length - at;
            }
            else if (_left == 0)
            {
                int header = TryTakeHeader(input.Span[at..]);
                if (header == 0)
                {
                    return at;
                }
                at += header;
                isFirst = true;
            }
            int taken = Math.Min(_left, input.Length - at);
            _left -= taken;
            LineAssembler lines = _stream == ErrorStream ? error : output;
            if (isFirst)
            {
                lines.BeginFrame(input.Span.Slice(at, taken), out int skipped);
                lines.Add(input.Slice(at + skipped, taken - skipped));
            }
            else
            {
                lines.Add(input.Slice(at, taken));
            }
            at += taken;
            if (_left == 0 && !isTerminal)
            {
                lines.EndFrame(isPart: _length >= DockerLimits.PartSize);
            }
        }
        return at;
    }

    /// <summary>The container has ended and the stream with it: what has no line break will not get one.</summary>
    public void Finish()
    {
        output.EndFrame(isPart: false);
        error.EndFrame(isPart: false);
    }

    // Zero where the frame's start is not all there. A timestamp is never looked at in two pieces.
    private int TryTakeHeader(ReadOnlySpan<byte> input)
    {
        if (input.Length < HeaderSize)
        {
            return 0;
        }
        uint length = BinaryPrimitives.ReadUInt32BigEndian(input[4..]);
        if (input[0] > DaemonStream || (input[1] | input[2] | input[3]) != 0 || length > DockerLimits.LongestFrame)
        {
            throw new InvalidDataException($"no frame of a log: {Convert.ToHexString(input[..HeaderSize])}");
        }
        int first = (int)Math.Min(length, DockerLimits.LongestTimestamp);
        if (input.Length < HeaderSize + first)
        {
            return 0;
        }
        if (input[0] == DaemonStream)
        {
            ReadOnlySpan<byte> message = input[HeaderSize..];
            throw new InvalidDataException($"the daemon reports: {Encoding.UTF8.GetString(message[..Math.Min(message.Length, (int)length)])}");
        }
        _stream = input[0];
        _length = (int)length;
        _left = (int)length;
        return HeaderSize;
    }
}
