using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Counters of the network protocols, from /proc/net/netstat, snmp and snmp6.</summary>
internal sealed class NetstatCollector(Pattern fields) : IUnixCollector
{
    private const int LongestKey = 192;

    // "Tcp_InSegs" is Tcp and InSegs; protocols have no underscore.
    private readonly ChosenFamilies _families = new(fields, static key =>
        Family.Untyped("node_netstat_" + key, $"Statistic {key.Remove(key.IndexOf('_', StringComparison.Ordinal), 1)}."));

    public void Collect(CollectorScrape scrape)
    {
        ParsePairs(scrape.Files.Read(scrape.Files.Proc("net/netstat")), scrape.Output);
        ParsePairs(scrape.Files.Read(scrape.Files.Proc("net/snmp")), scrape.Output);
        // Missing where IPv6 is disabled.
        if (scrape.Files.TryRead(scrape.Files.Proc("net/snmp6"), out ReadOnlySpan<byte> six))
        {
            ParseSix(six, scrape.Output);
        }
    }

    /// <summary>Pairs of lines: "Tcp: name name…" and "Tcp: value value…".</summary>
    private void ParsePairs(ReadOnlySpan<byte> text, FamilyWriter output)
    {
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> names))
        {
            if (!TextScan.TryLine(ref text, out ReadOnlySpan<byte> values))
            {
                throw new CollectorException("cannot read network counters: a line of names has no line of values");
            }
            ReadOnlySpan<byte> protocol = TextScan.Field(ref names, "a protocol").TrimEnd((byte)':');
            TextScan.Field(ref values, "a protocol");
            while (TextScan.TryField(ref names, out ReadOnlySpan<byte> name))
            {
                Add(protocol, name, TextScan.NumberField(ref values, "a network counter"), output);
            }
        }
    }

    /// <summary>Lines such as "Ip6InReceives 7".</summary>
    private void ParseSix(ReadOnlySpan<byte> text, FamilyWriter output)
    {
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name) || !TextScan.TryField(ref line, out ReadOnlySpan<byte> value))
            {
                continue;
            }
            int six = name.IndexOf((byte)'6');
            if (six >= 0)
            {
                Add(name[..(six + 1)], name[(six + 1)..], TextScan.Number(value, "a network counter"), output);
            }
        }
    }

    private void Add(ReadOnlySpan<byte> protocol, ReadOnlySpan<byte> name, double value, FamilyWriter output)
    {
        if (protocol.Length + name.Length >= LongestKey)
        {
            return;
        }
        Span<byte> key = stackalloc byte[LongestKey];
        protocol.CopyTo(key);
        key[protocol.Length] = (byte)'_';
        name.CopyTo(key[(protocol.Length + 1)..]);
        key = key[..(protocol.Length + 1 + name.Length)];
        if (_families[key] is { } family)
        {
            output.Write(family, value);
        }
    }
}
