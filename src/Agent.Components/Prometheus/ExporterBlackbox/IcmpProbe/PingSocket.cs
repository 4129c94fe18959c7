using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;

namespace Agent.Components.Prometheus.ExporterBlackbox.IcmpProbe;

/// <summary>A datagram as it came in.</summary>
/// <param name="Length">Bytes in the buffer.</param>
/// <param name="From">Who sent it.</param>
/// <param name="HopLimit">Hops that it had left; null where the system does not say.</param>
internal readonly record struct PingDatagram(int Length, IPAddress From, int? HopLimit);

/// <summary>A socket for echo requests: an unprivileged one where the system has them (ping_group_range), else a raw one (CAP_NET_RAW).</summary>
internal sealed partial class PingSocket : IDisposable
{
    private const int IpLevel = 0;
    private const int Ipv6Level = 41;
    private const int ReceiveTtl = 12;
    private const int ReceiveHopLimit = 51;
    private const int TtlMessage = 2;
    private const int HopLimitMessage = 52;
    private const int DontWait = 0x40;
    private const int ControlSpace = 256;
    private const int AddressSpace = 128;

    private readonly Socket _socket;
    private readonly bool _isIPv4;

    private PingSocket(Socket socket, bool isRaw, bool isIPv4) => (_socket, IsRaw, _isIPv4) = (socket, isRaw, isIPv4);

    /// <summary>A raw socket gets all echo replies of the host, and over IPv4 with their IP header; the other one gets its own alone.</summary>
    public bool IsRaw { get; }

    /// <exception cref="SocketException">Neither kind is allowed, or the source is no address of ours.</exception>
    public static PingSocket Open(IPAddress target, IPAddress? source, IcmpProbeOptions options)
    {
        bool isIPv4 = target.AddressFamily == AddressFamily.InterNetwork;
        (Socket socket, bool isRaw) = OpenEither(target.AddressFamily, isIPv4 ? ProtocolType.Icmp : ProtocolType.IcmpV6);
        try
        {
            if (source is not null)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }
            if (options.Ttl > 0)
            {
                socket.SetSocketOption(
                    isIPv4 ? SocketOptionLevel.IP : SocketOptionLevel.IPv6,
                    isIPv4 ? SocketOptionName.IpTimeToLive : SocketOptionName.HopLimit, options.Ttl);
            }
            if (isIPv4 && options.DontFragment)
            {
                socket.DontFragment = true;
            }
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(isIPv4 ? IpLevel : Ipv6Level, isIPv4 ? ReceiveTtl : ReceiveHopLimit, BitConverter.GetBytes(1));
            }
            return new PingSocket(socket, isRaw, isIPv4);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> packet, IPAddress target, CancellationToken stop) =>
        await _socket.SendToAsync(packet, SocketFlags.None, new IPEndPoint(target, 0), stop);

    /// <summary>Waits for the next datagram.</summary>
    public async Task<PingDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken stop)
    {
        while (true)
        {
            if (!OperatingSystem.IsLinux())
            {
                EndPoint any = new IPEndPoint(_isIPv4 ? IPAddress.Any : IPAddress.IPv6Any, 0);
                SocketReceiveFromResult result = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any, stop);
                return new PingDatagram(result.ReceivedBytes, ((IPEndPoint)result.RemoteEndPoint).Address, null);
            }
            // Waits without taking it: the framework's own calls do not tell how many hops it had left.
            await _socket.ReceiveAsync(buffer, SocketFlags.Peek, stop);
            if (Take(buffer.Span) is { } datagram)
            {
                return datagram;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static (Socket Socket, bool IsRaw) OpenEither(AddressFamily family, ProtocolType protocol)
    {
        try
        {
            return (new Socket(family, SocketType.Dgram, protocol), false);
        }
        catch (SocketException)
        {
            return (new Socket(family, SocketType.Raw, protocol), true);
        }
    }

    private unsafe PingDatagram? Take(Span<byte> buffer)
    {
        byte* address = stackalloc byte[AddressSpace];
        byte* control = stackalloc byte[ControlSpace];
        fixed (byte* data = buffer)
        {
            var vector = new Vector { Base = (nint)data, Length = (nuint)buffer.Length };
            var header = new Message
            {
                Name = (nint)address, NameLength = AddressSpace,
                Vectors = (nint)(&vector), VectorCount = 1,
                Control = (nint)control, ControlLength = ControlSpace,
            };
            nint length = ReceiveMessage((int)_socket.SafeHandle.DangerousGetHandle(), ref header, DontWait);
            if (length < 0)
            {
                return null;
            }
            var from = new ReadOnlySpan<byte>(address, AddressSpace);
            return new PingDatagram(
                (int)length,
                _isIPv4 ? new IPAddress(from.Slice(4, 4)) : new IPAddress(from.Slice(8, 16)),
                HopLimitOf(new ReadOnlySpan<byte>(control, (int)header.ControlLength)));
        }
    }

    // struct cmsghdr: a length that counts itself, a level, a type, the data; each begins at a multiple of eight bytes.
    private static int? HopLimitOf(ReadOnlySpan<byte> control)
    {
        const int Header = 16;
        while (control.Length >= Header + sizeof(int))
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(control);
            int level = BinaryPrimitives.ReadInt32LittleEndian(control[8..]);
            int type = BinaryPrimitives.ReadInt32LittleEndian(control[12..]);
            if ((level, type) is (IpLevel, TtlMessage) or (Ipv6Level, HopLimitMessage))
            {
                return BinaryPrimitives.ReadInt32LittleEndian(control[Header..]);
            }
            int next = (length + 7) & ~7;
            if (next < Header || next > control.Length)
            {
                return null;
            }
            control = control[next..];
        }
        return null;
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int descriptor, ref Message message, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public nint Base;
        public nuint Length;
    }

    /// <summary>struct msghdr, the same on x86-64 and arm64.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public nint Name;
        public uint NameLength;
        public nint Vectors;
        public nuint VectorCount;
        public nint Control;
        public nuint ControlLength;
        public int Flags;
    }
}
