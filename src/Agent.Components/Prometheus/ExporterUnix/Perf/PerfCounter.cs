using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Agent.Components.Common.Files;

namespace Agent.Components.Prometheus.ExporterUnix.Perf;

/// <summary>One event counted on one CPU, over all processes, by perf_event_open(2).</summary>
internal sealed partial class PerfCounter : IDisposable
{
    // struct perf_event_attr in its first version; everything behind it is zero for counting.
    private const int AttributesSize = 64;
    private const ulong Disabled = 1;
    private const ulong ExcludeHypervisor = 1 << 6;
    private const nuint CloseOnExec = 8;
    private const nuint Enable = 0x2400;
    private const nuint Reset = 0x2403;
    private readonly int _descriptor;

    private PerfCounter(PerfEvent counted, string cpu, int descriptor)
    {
        Event = counted;
        Cpu = cpu;
        _descriptor = descriptor;
    }

    public PerfEvent Event { get; }

    public string Cpu { get; }

    /// <summary>Starts counting; null with the kernel's reason where it cannot.</summary>
    public static PerfCounter? Start(PerfEvent counted, int cpu, out string error)
    {
        error = "";
        Span<byte> attributes = stackalloc byte[AttributesSize];
        WriteAttributes(attributes, counted);
        nint opened = Open(SystemCall, attributes, -1, cpu, -1, CloseOnExec);
        if (opened < 0)
        {
            error = Marshal.GetLastPInvokeErrorMessage();
            return null;
        }
        var counter = new PerfCounter(counted, Collectors.CpuRange.Name(cpu), (int)opened);
        if (Control(counter._descriptor, Reset, 0) == 0 && Control(counter._descriptor, Enable, 0) == 0)
        {
            return counter;
        }
        error = Marshal.GetLastPInvokeErrorMessage();
        counter.Dispose();
        return null;
    }

    /// <summary>The count since the start; null where the CPU has gone.</summary>
    public ulong? Read()
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        return Libc.Read(_descriptor, value, sizeof(ulong)) == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(value) : null;
    }

    public void Dispose() => _ = Libc.Close(_descriptor);

    /// <summary>type, size, config, sample period, sample type, read format, flags, …</summary>
    internal static void WriteAttributes(Span<byte> attributes, PerfEvent counted)
    {
        attributes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(attributes, counted.Type);
        BinaryPrimitives.WriteInt32LittleEndian(attributes[4..], AttributesSize);
        BinaryPrimitives.WriteUInt64LittleEndian(attributes[8..], counted.Config);
        BinaryPrimitives.WriteUInt64LittleEndian(attributes[40..], Disabled | ExcludeHypervisor);
    }

    private static nint SystemCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 298,
        Architecture.Arm64 => 241,
        _ => throw new CollectorException("cannot count events: perf_event_open is not known on this architecture"),
    };

    // The C library has no function of its own for it.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Open(nint number, ReadOnlySpan<byte> attributes, nint process, nint cpu, nint group, nuint flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, nint argument);
}
