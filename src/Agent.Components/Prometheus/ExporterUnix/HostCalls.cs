using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>The system calls that collectors make: statfs, uname, adjtimex, geteuid.</summary>
internal static partial class HostCalls
{
    private const int NameSize = 65;

    // PATH_MAX, with its zero.
    private const int LongestPath = 4096;

    /// <summary>struct statfs of 64-bit Linux, as far as it is read.</summary>
    internal readonly record struct FilesystemSpace(double BlockSize, double Blocks, double Free, double Available, double Files, double FilesFree);

    /// <summary>Space of the file system at a path; the error in words when the kernel refuses.</summary>
    public static (FilesystemSpace Space, string? Error) Statfs(string path)
    {
        Span<byte> raw = stackalloc byte[Common.Files.Libc.StatfsSize];
        if (Common.Files.Libc.Statfs(path, raw) != 0)
        {
            return (default, Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()).ToLowerInvariant());
        }
        // type, bsize, blocks, bfree, bavail, files, ffree: longs.
        ReadOnlySpan<byte> fields = raw;
        double At(ReadOnlySpan<byte> all, int index) => BinaryPrimitives.ReadUInt64LittleEndian(all[(index * 8)..]);
        return (new FilesystemSpace(At(fields, 1), At(fields, 2), At(fields, 3), At(fields, 4), At(fields, 5), At(fields, 6)), null);
    }

    /// <summary>sysname, nodename, release, version, machine, domainname.</summary>
    public static string[] Uname()
    {
        Span<byte> raw = stackalloc byte[NameSize * 6 + 64];
        if (UnameCall(raw) != 0)
        {
            throw new CollectorException($"cannot ask for the system's name: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        string[] names = new string[6];
        for (int i = 0; i < names.Length; i++)
        {
            ReadOnlySpan<byte> name = raw.Slice(i * NameSize, NameSize);
            int end = name.IndexOf((byte)0);
            names[i] = Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
        }
        return names;
    }

    /// <summary>The path with every symbolic link resolved, or null where something on the way is missing.</summary>
    public static string? RealPath(string path)
    {
        Span<byte> resolved = stackalloc byte[LongestPath];
        if (RealPathCall(path, resolved) == 0)
        {
            return null;
        }
        int end = resolved.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? resolved : resolved[..end]);
    }

    /// <summary>Reads the kernel's clock discipline; the answer is the clock's state, negative on error.</summary>
    public static int Adjtimex(ref Timex timex) => AdjtimexCall(ref timex);

    /// <summary>The id of the user that the process acts as; 0 is root.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPathCall(string path, Span<byte> resolved);

    [LibraryImport("libc", EntryPoint = "uname", SetLastError = true)]
    private static partial int UnameCall(Span<byte> name);

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int AdjtimexCall(ref Timex timex);

    /// <summary>struct timex of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 208)]
    internal struct Timex
    {
        public uint Modes;
        public long Offset;
        public long Frequency;
        public long MaxError;
        public long EstimatedError;
        public int Status;
        public long Constant;
        public long Precision;
        public long Tolerance;
        public long Seconds;
        public long Microseconds;
        public long Tick;
        public long PpsFrequency;
        public long PpsJitter;
        public int PpsShift;
        public long PpsStability;
        public long PpsJitterCount;
        public long PpsCalibrationCount;
        public long PpsErrorCount;
        public long PpsStabilityExceeded;
        public int Tai;
    }
}
