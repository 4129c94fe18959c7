using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Agent.Components.Common.Files;
using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Ethtool;

/// <summary>Asks drivers of network devices through the ioctl SIOCETHTOOL (linux/ethtool.h).</summary>
/// <remarks>
/// Answers point into pinned buffers, one for names and one for everything else, that the next call overwrites. Error numbers are the
/// caller's to judge.
/// </remarks>
internal sealed partial class EthtoolCalls : IDisposable
{
    public const int NotSupported = 95;
    public const int NoDevice = 19;

    private const uint GetLink = 1;
    private const uint GetDriver = 3;
    private const uint GetStrings = 0x1b;
    private const uint GetStatistics = 0x1d;
    private const uint StatisticNames = 1;
    private const nuint Request = 0x8946;
    private const int LinkSize = 44;
    private const int DriverSize = 196;
    private const int LongestName = 15;

    // struct ifreq of 64-bit Linux: a name of 16 bytes, and a union whose pointer points at the command.
    private const int RequestSize = 40;
    private const int PointerOffset = 16;

    private readonly byte[] _request = GC.AllocateArray<byte>(RequestSize, pinned: true);
    private readonly int _socket;
    private byte[] _command = GC.AllocateArray<byte>(4096, pinned: true);
    private byte[] _names = [];

    public EthtoolCalls()
    {
        _socket = NetlinkCalls.Socket(NetlinkCalls.InternetFamily, NetlinkCalls.Datagram | Libc.CloseOnExec, 0);
        if (_socket < 0)
        {
            throw new CollectorException($"cannot open a socket to ask network drivers: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>struct ethtool_cmd: what the port can do.</summary>
    public int Link(string device, out ReadOnlySpan<byte> answer) => Call(device, [GetLink, 0, 0], LinkSize, ref _command, out answer);

    /// <summary>struct ethtool_drvinfo: the driver, and how many statistics it has.</summary>
    public int Driver(string device, out ReadOnlySpan<byte> answer) => Call(device, [GetDriver, 0, 0], DriverSize, ref _command, out answer);

    /// <summary>Names of statistics, <see cref="EthtoolAnswers.NameSize"/> bytes each.</summary>
    public int Names(string device, uint count, out ReadOnlySpan<byte> answer)
    {
        const int HeaderSize = 12;
        int error = Call(
            device, [GetStrings, StatisticNames, count], HeaderSize + ((int)count * EthtoolAnswers.NameSize), ref _names, out answer);
        answer = error == 0 ? answer[HeaderSize..] : default;
        return error;
    }

    /// <summary>Values of statistics, 8 bytes each.</summary>
    public int Values(string device, uint count, out ReadOnlySpan<byte> answer)
    {
        const int HeaderSize = 8;
        int error = Call(device, [GetStatistics, count, 0], HeaderSize + ((int)count * sizeof(ulong)), ref _command, out answer);
        answer = error == 0 ? answer[HeaderSize..] : default;
        return error;
    }

    public void Dispose() => _ = Libc.Close(_socket);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int descriptor, nuint request, nint argument);

    private int Call(string device, scoped ReadOnlySpan<uint> header, int size, ref byte[] buffer, out ReadOnlySpan<byte> answer)
    {
        answer = default;
        if (Encoding.UTF8.GetByteCount(device) > LongestName)
        {
            return NoDevice;
        }
        if (buffer.Length < size)
        {
            buffer = GC.AllocateArray<byte>(size, pinned: true);
        }
        buffer.AsSpan(0, size).Clear();
        for (int i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(i * sizeof(uint)), header[i]);
        }
        _request.AsSpan().Clear();
        Encoding.UTF8.GetBytes(device, _request);
        BinaryPrimitives.WriteInt64LittleEndian(_request.AsSpan(PointerOffset), Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0));
        if (Ioctl(_socket, Request, Marshal.UnsafeAddrOfPinnedArrayElement(_request, 0)) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }
        answer = buffer.AsSpan(0, size);
        return 0;
    }
}
