using System.Buffers.Text;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Mountstats;

/// <summary>Reads /proc/self/mountstats: a line per mount, and for NFS an indented block behind it.</summary>
internal static class NfsMountParser
{
    private const int MostFields = 64;
    private const int OldTcpFields = 10;
    private const int OldUdpFields = 7;
    private const int TcpFields = 13;
    private const int UdpFields = 10;
    private const int LeastRdmaFields = 20;

    /// <summary>Finds the NFS mounts.</summary>
    public static void Parse(ReadOnlySpan<byte> text, NameCache names, List<NfsMount> mounts)
    {
        mounts.Clear();
        int index = 0;
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            // device X mounted on Y with fstype Z [statvers=N]
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> first) || !first.SequenceEqual("device"u8))
            {
                continue;
            }
            ReadOnlySpan<byte> device = TextScan.Field(ref line, "mountstats");
            Expect(ref line, "mounted"u8);
            Expect(ref line, "on"u8);
            ReadOnlySpan<byte> point = TextScan.Field(ref line, "mountstats");
            Expect(ref line, "with"u8);
            Expect(ref line, "fstype"u8);
            ReadOnlySpan<byte> type = TextScan.Field(ref line, "mountstats");
            if (TextScan.TryField(ref line, out ReadOnlySpan<byte> version))
            {
                if (!type.SequenceEqual("nfs"u8) && !type.SequenceEqual("nfs4"u8))
                {
                    throw new CollectorException($"cannot read mountstats: statistics of {Encoding.UTF8.GetString(type)} are not known");
                }
                var mount = new NfsMount(index, names[device], names[point]);
                Statistics(ref text, version.EndsWith("=1.0"u8), mount, names);
                mounts.Add(mount);
            }
            index++;
        }
    }

    private static void Statistics(ref ReadOnlySpan<byte> text, bool old, NfsMount mount, NameCache names)
    {
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line) && TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("age:"u8))
            {
                mount.AgeSeconds = TextScan.NumberField(ref line, "the age of an NFS mount");
            }
            else if (name.SequenceEqual("bytes:"u8))
            {
                Exactly(line, mount.Bytes, "bytes");
            }
            else if (name.SequenceEqual("events:"u8))
            {
                Exactly(line, mount.Events, "events");
            }
            else if (name.SequenceEqual("xprt:"u8))
            {
                mount.Transports.Add(Transport(line, old, names));
            }
            else if (name.SequenceEqual("per-op"u8))
            {
                Operations(ref text, mount, names);
                return;
            }
        }
    }

    /// <summary>Operations follow until an empty line.</summary>
    private static void Operations(ref ReadOnlySpan<byte> text, NfsMount mount, NameCache names)
    {
        Span<ulong> numbers = stackalloc ulong[MostFields];
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line) && TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
        {
            if (Numbers(line, numbers, "operations") < NfsOperation.Length)
            {
                throw new CollectorException("cannot read mountstats: an operation has too few numbers");
            }
            mount.Operations.Add(new NfsOperation(names[name.TrimEnd((byte)':')], numbers[..NfsOperation.Length].ToArray()));
        }
    }

    private static NfsTransport Transport(ReadOnlySpan<byte> line, bool old, NameCache names)
    {
        string protocol = names[TextScan.Field(ref line, "the transport of an NFS mount")];
        Span<ulong> numbers = stackalloc ulong[MostFields];
        int count = Numbers(line, numbers, "xprt");
        bool known = (protocol, old) switch
        {
            ("tcp", true) => count == OldTcpFields,
            ("udp", true) => count == OldUdpFields,
            ("tcp", false) => count == TcpFields,
            ("udp", false) => count == UdpFields,
            ("rdma", false) => count >= LeastRdmaFields,
            _ => false,
        };
        if (!known)
        {
            throw new CollectorException($"cannot read mountstats: {count} numbers of a transport over {protocol}");
        }
        ulong[] counts = new ulong[NfsTransport.Length];
        ReadOnlySpan<ulong> found = numbers[..count];
        if (protocol == "udp")
        {
            // No connections: those three columns are missing.
            found[..2].CopyTo(counts);
            found[2..].CopyTo(counts.AsSpan(5));
        }
        else
        {
            found[..Math.Min(count, protocol == "rdma" ? OldTcpFields : counts.Length)].CopyTo(counts);
        }
        return new NfsTransport(protocol, counts);
    }

    private static void Exactly(ReadOnlySpan<byte> line, ulong[] into, string what)
    {
        Span<ulong> numbers = stackalloc ulong[MostFields];
        int count = Numbers(line, numbers, what);
        if (count != into.Length)
        {
            throw new CollectorException($"cannot read mountstats: {count} numbers of {what}, where {into.Length} are known");
        }
        numbers[..count].CopyTo(into);
    }

    private static int Numbers(ReadOnlySpan<byte> line, Span<ulong> into, string what)
    {
        int count = 0;
        while (count < into.Length && TextScan.TryField(ref line, out ReadOnlySpan<byte> field))
        {
            if (!Utf8Parser.TryParse(field, out into[count], out int used) || used != field.Length)
            {
                throw new CollectorException($"cannot read {what} of mountstats: \"{Encoding.UTF8.GetString(field)}\" is not a number");
            }
            count++;
        }
        return count;
    }

    private static void Expect(ref ReadOnlySpan<byte> line, ReadOnlySpan<byte> word)
    {
        if (!TextScan.Field(ref line, "mountstats").SequenceEqual(word))
        {
            throw new CollectorException($"cannot read mountstats: a mount's line lacks \"{Encoding.UTF8.GetString(word)}\"");
        }
    }
}
