namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>The kernel's load balancer, from /proc/net/ip_vs_stats and ip_vs.</summary>
internal sealed class IpvsCollector : IUnixCollector
{
    private static readonly string[] Known = ["local_address", "local_port", "remote_address", "remote_port", "proto", "local_mark"];
    private static readonly Family[] Totals =
    [
        Family.Counter("node_ipvs_connections_total", "The total number of connections made."),
        Family.Counter("node_ipvs_incoming_packets_total", "The total number of incoming packets."),
        Family.Counter("node_ipvs_outgoing_packets_total", "The total number of outgoing packets."),
        Family.Counter("node_ipvs_incoming_bytes_total", "The total amount of incoming data."),
        Family.Counter("node_ipvs_outgoing_bytes_total", "The total amount of outgoing data."),
    ];

    private readonly IpvsBackends _backends;
    private readonly string? _unknown;
    private readonly (Family Active, Family Inactive, Family Weight) _backend;

    public IpvsCollector(IpvsOptions options)
    {
        // An empty list is as good as none: all labels.
        string[] labels = options.BackendLabels.Count == 0 ? Known : [.. Known.Where(options.BackendLabels.Contains)];
        _backends = new IpvsBackends(labels);
        _unknown = options.BackendLabels.FirstOrDefault(label => !Known.Contains(label));
        _backend = (
            Family.Gauge(
                "node_ipvs_backend_connections_active", "The current active connections by local and remote address.", labels),
            Family.Gauge(
                "node_ipvs_backend_connections_inactive", "The current inactive connections by local and remote address.", labels),
            Family.Gauge("node_ipvs_backend_weight", "The current backend weight by local and remote address.", labels));
    }

    public void Collect(CollectorScrape scrape)
    {
        if (_unknown is not null)
        {
            throw new CollectorException($"cannot label backends: there is no label \"{_unknown}\"");
        }
        if (!scrape.Files.TryRead(scrape.Files.Proc("net/ip_vs_stats"), out ReadOnlySpan<byte> text))
        {
            scrape.NoData("the load balancer is not loaded");
            return;
        }
        TextScan.TryLine(ref text, out _);
        TextScan.TryLine(ref text, out _);
        foreach (Family family in Totals)
        {
            scrape.Output.Write(family, TextScan.Hex(TextScan.Field(ref text, "ip_vs_stats"), "ip_vs_stats"));
        }
        // Backends that the chosen labels do not tell apart are added up.
        _backends.Read(scrape.Files.Read(scrape.Files.Proc("net/ip_vs")));
        foreach (IpvsSum sum in _backends.Current)
        {
            scrape.Output.Write(_backend.Active, sum.Active, sum.Values);
            scrape.Output.Write(_backend.Inactive, sum.Inactive, sum.Values);
            scrape.Output.Write(_backend.Weight, sum.Weight, sum.Values);
        }
    }
}
