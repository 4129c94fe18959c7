using System.Runtime.InteropServices;

namespace Agent.Components.Prometheus.ExporterUnix.Netlink;

/// <summary>The socket calls of netlink, whose address family the framework does not know, and ioctl.</summary>
internal static partial class NetlinkCalls
{
    public const int Family = 16;
    public const int InternetFamily = 2;
    public const int Raw = 3;
    public const int Datagram = 2;
    public const int SocketLevel = 1;
    public const int ReceiveTimeout = 20;
    public const int TrueLength = 0x20;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, ReadOnlySpan<long> value, uint size);

    /// <summary>To the kernel: a netlink socket that is bound to nobody sends there.</summary>
    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, ReadOnlySpan<byte> from, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, Span<byte> into, nuint count, int flags);
}
