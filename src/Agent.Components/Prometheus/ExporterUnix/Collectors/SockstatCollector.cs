namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Sockets in use, from /proc/net/sockstat and sockstat6.</summary>
internal sealed class SockstatCollector(long pageSize) : IUnixCollector
{
    private static readonly Family Used = Family.Gauge("node_sockstat_sockets_used", "Number of IPv4 sockets in use.");

    private readonly FamilyCache _families = new(static key =>
    {
        string[] parts = key.Split(' ');
        return Family.Gauge($"node_sockstat_{parts[0]}_{parts[1]}", $"Number of {parts[0]} sockets in state {parts[1]}.");
    });

    public void Collect(CollectorScrape scrape)
    {
        // Either is missing where its protocol is disabled.
        foreach (string file in (ReadOnlySpan<string>)["net/sockstat", "net/sockstat6"])
        {
            if (scrape.Files.TryRead(scrape.Files.Proc(file), out ReadOnlySpan<byte> text))
            {
                Parse(text, scrape.Output);
            }
        }
    }

    private void Parse(ReadOnlySpan<byte> text, FamilyWriter output)
    {
        Span<byte> key = stackalloc byte[128];
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TrySplit(line, (byte)':', out ReadOnlySpan<byte> protocol, out ReadOnlySpan<byte> rest))
            {
                continue;
            }
            while (TextScan.TryField(ref rest, out ReadOnlySpan<byte> name))
            {
                double value = TextScan.NumberField(ref rest, "/proc/net/sockstat");
                if (protocol.SequenceEqual("sockets"u8))
                {
                    output.Write(Used, value);
                    continue;
                }
                output.Write(_families[Key(protocol, name, key)], value);
                if (name.SequenceEqual("mem"u8))
                {
                    // Kept in pages.
                    output.Write(_families[Key(protocol, "mem_bytes"u8, key)], value * pageSize);
                }
            }
        }
    }

    private static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> protocol, ReadOnlySpan<byte> name, Span<byte> space)
    {
        if (protocol.Length + name.Length >= space.Length)
        {
            throw new CollectorException("cannot read /proc/net/sockstat: a name is too long");
        }
        protocol.CopyTo(space);
        space[protocol.Length] = (byte)' ';
        name.CopyTo(space[(protocol.Length + 1)..]);
        return space[..(protocol.Length + 1 + name.Length)];
    }
}
