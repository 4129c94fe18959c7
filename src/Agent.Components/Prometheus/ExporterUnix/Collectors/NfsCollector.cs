namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Calls of the NFS client, from /proc/net/rpc/nfs.</summary>
internal sealed class NfsCollector : IUnixCollector
{
    private static readonly Family Packets = Family.Counter(
        "node_nfs_packets_total", "Total NFSd network packets (sent+received) by protocol type.", "protocol");
    private static readonly Family Connections = Family.Counter("node_nfs_connections_total", "Total number of NFSd TCP connections.");
    private static readonly Family Calls = Family.Counter("node_nfs_rpcs_total", "Total number of RPCs performed.");
    private static readonly Family Retransmissions = Family.Counter(
        "node_nfs_rpc_retransmissions_total", "Number of RPC transmissions performed.");
    private static readonly Family Refreshes = Family.Counter(
        "node_nfs_rpc_authentication_refreshes_total", "Number of RPC authentication refreshes performed.");
    private static readonly Family Requests = Family.Counter(
        "node_nfs_requests_total", "Number of NFS procedures invoked.", "proto", "method");

    public void Collect(CollectorScrape scrape)
    {
        if (!scrape.Files.TryRead(scrape.Files.Proc("net/rpc/nfs"), out ReadOnlySpan<byte> text))
        {
            scrape.NoData("the NFS client is not in use");
            return;
        }
        RpcStatistics file = RpcStatistics.Parse(text);
        double[] net = file["net"];
        double[] rpc = file["rpc"];
        scrape.Output.Write(Packets, RpcStatistics.At(net, 1), "udp");
        scrape.Output.Write(Packets, RpcStatistics.At(net, 2), "tcp");
        scrape.Output.Write(Connections, RpcStatistics.At(net, 3));
        scrape.Output.Write(Calls, RpcStatistics.At(rpc, 0));
        scrape.Output.Write(Retransmissions, RpcStatistics.At(rpc, 1));
        scrape.Output.Write(Refreshes, RpcStatistics.At(rpc, 2));
        // In front of the counters stands how many there are.
        Write(file["proc2"], "2", NfsOperations.Version2, scrape.Output);
        Write(file["proc3"], "3", NfsOperations.Version3, scrape.Output);
        Write(file["proc4"], "4", NfsOperations.Client4, scrape.Output);
    }

    private static void Write(double[] counters, string version, string[] operations, FamilyWriter output)
    {
        for (int i = 0; i < operations.Length; i++)
        {
            output.Write(Requests, RpcStatistics.At(counters, i + 1), version, operations[i]);
        }
    }
}
