using System.Runtime.InteropServices;
using Agent.Components.Common.Files;

namespace Agent.Components.Prometheus.ExporterUnix.Netlink;

/// <summary>Takes one message of the kernel's answer; the payload lives until it returns.</summary>
internal delegate void NetlinkVisit(ushort type, ReadOnlySpan<byte> payload);

/// <summary>Asks the kernel over a netlink socket and waits for all of the answer, at most <see cref="PatienceSeconds"/>.</summary>
/// <remarks>The buffer comes from the caller, who keeps it from scrape to scrape. Not thread safe.</remarks>
internal sealed class NetlinkSocket : IDisposable
{
    public const int Route = 0;
    public const int Generic = 16;

    /// <summary>What the buffer should hold: the kernel fills datagrams of up to 32 KiB, and single messages may be longer.</summary>
    public const int BufferSize = 64 << 10;

    public const int NoEntry = 2;
    public const int NotSupported = 95;
    private const int Interrupted = 4;
    private const int PatienceSeconds = 5;

    private readonly int _descriptor;
    private readonly byte[] _buffer;
    private uint _sequence;

    public NetlinkSocket(int protocol, byte[] buffer)
    {
        _buffer = buffer;
        _descriptor = NetlinkCalls.Socket(NetlinkCalls.Family, NetlinkCalls.Raw | Libc.CloseOnExec, protocol);
        if (_descriptor < 0)
        {
            throw Failure("open a netlink socket");
        }
        // struct timeval of 64-bit Linux: seconds and microseconds.
        ReadOnlySpan<long> patience = [PatienceSeconds, 0];
        if (NetlinkCalls.SetOption(_descriptor, NetlinkCalls.SocketLevel, NetlinkCalls.ReceiveTimeout, patience, sizeof(long) * 2) != 0)
        {
            CollectorException failure = Failure("set up a netlink socket");
            Dispose();
            throw failure;
        }
    }

    /// <summary>Sends a request and hands each message of its answer on. Answers 0, or the number of the error that the kernel reports.</summary>
    public int Exchange(NetlinkRequest request, bool isDump, NetlinkVisit visit)
    {
        uint sequence = ++_sequence;
        ReadOnlySpan<byte> bytes = request.Finish(sequence);
        if (NetlinkCalls.Send(_descriptor, bytes, (nuint)bytes.Length, 0) != bytes.Length)
        {
            throw Failure("ask the kernel over netlink");
        }
        while (true)
        {
            // With MSG_TRUNC the answer is the datagram's true length.
            nint received = NetlinkCalls.Receive(_descriptor, _buffer, (nuint)_buffer.Length, NetlinkCalls.TrueLength);
            if (received < 0)
            {
                if (Marshal.GetLastPInvokeError() == Interrupted)
                {
                    continue;
                }
                throw Failure("read the kernel's answer over netlink");
            }
            if (received > _buffer.Length)
            {
                throw new CollectorException($"cannot read the kernel's answer: a datagram of {received} bytes is too long");
            }
            if (Visit(_buffer.AsSpan(0, (int)received), sequence, isDump, visit) is { } result)
            {
                return result;
            }
        }
    }

    public void Dispose() => _ = Libc.Close(_descriptor);

    /// <summary>Null where more of the answer is to come.</summary>
    internal static int? Visit(ReadOnlySpan<byte> datagram, uint sequence, bool isDump, NetlinkVisit visit)
    {
        var messages = new NetlinkMessages(datagram);
        while (messages.Next())
        {
            if (messages.Sequence != sequence)
            {
                continue;
            }
            if (messages.Type is NetlinkMessages.Done or NetlinkMessages.Error)
            {
                return messages.ErrorNumber;
            }
            visit(messages.Type, messages.Payload);
            if (!isDump)
            {
                return 0;
            }
        }
        return null;
    }

    /// <summary>An error number in words.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static CollectorException Failure(string what) => new($"cannot {what}: {Marshal.GetLastPInvokeErrorMessage()}");
}
