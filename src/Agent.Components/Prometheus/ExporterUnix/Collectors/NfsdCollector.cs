namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Calls of the NFS server, from /proc/net/rpc/nfsd.</summary>
internal sealed class NfsdCollector : IUnixCollector
{
    private static readonly (string Line, int Column, Family Family)[] Plain =
    [
        ("rc", 0, Counter("reply_cache_hits_total", "Total number of NFSd Reply Cache hits (client lost server response).")),
        ("rc", 1, Counter(
            "reply_cache_misses_total", "Total number of NFSd Reply Cache an operation that requires caching (idempotent).")),
        ("rc", 2, Counter(
            "reply_cache_nocache_total", "Total number of NFSd Reply Cache non-idempotent operations (rename/delete/…).")),
        ("fh", 0, Counter("file_handles_stale_total", "Total number of NFSd stale file handles")),
        ("io", 0, Counter("disk_bytes_read_total", "Total NFSd bytes read.")),
        ("io", 1, Counter("disk_bytes_written_total", "Total NFSd bytes written.")),
        ("th", 0, Family.Gauge("node_nfsd_server_threads", "Total number of NFSd kernel threads that are running.")),
        ("ra", 0, Family.Gauge("node_nfsd_read_ahead_cache_size_blocks", "How large the read ahead cache is in blocks.")),
        ("ra", 11, Counter("read_ahead_cache_not_found_total", "Total number of NFSd read ahead cache not found.")),
        ("net", 3, Counter("connections_total", "Total number of NFSd TCP connections.")),
        ("rpc", 0, Counter("server_rpcs_total", "Total number of NFSd RPCs.")),
    ];

    private static readonly Family Packets = Counter(
        "packets_total", "Total NFSd network packets (sent+received) by protocol type.", "proto");
    private static readonly Family Errors = Counter("rpc_errors_total", "Total number of NFSd RPC errors by error type.", "error");
    private static readonly Family Requests = Counter(
        "requests_total", "Total number NFSd Requests by method and protocol.", "proto", "method");

    public void Collect(CollectorScrape scrape)
    {
        if (!scrape.Files.TryRead(scrape.Files.Proc("net/rpc/nfsd"), out ReadOnlySpan<byte> text))
        {
            scrape.NoData("the NFS server is not in use");
            return;
        }
        RpcStatistics file = RpcStatistics.Parse(text);
        FamilyWriter output = scrape.Output;
        foreach ((string line, int column, Family family) in Plain)
        {
            output.Write(family, RpcStatistics.At(file[line], column));
        }
        output.Write(Packets, RpcStatistics.At(file["net"], 1), "udp");
        output.Write(Packets, RpcStatistics.At(file["net"], 2), "tcp");
        output.Write(Errors, RpcStatistics.At(file["rpc"], 2), "fmt");
        output.Write(Errors, RpcStatistics.At(file["rpc"], 3), "auth");
        output.Write(Errors, RpcStatistics.At(file["rpc"], 4), "cInt");
        Write(file["proc2"], "2", NfsOperations.Version2, output);
        Write(file["proc3"], "3", NfsOperations.Version3, output);
        Write(file["proc4ops"], "4", NfsOperations.Server4, output);
        output.Write(Requests, RpcStatistics.At(file["wdeleg_getattr"], 0), "4", "WdelegGetattr");
    }

    private static void Write(double[] counters, string version, string[] operations, FamilyWriter output)
    {
        for (int i = 0; i < operations.Length; i++)
        {
            // Calls of "Null" only probe the server.
            if (operations[i] is not ("" or "Null"))
            {
                output.Write(Requests, RpcStatistics.At(counters, i + 1), version, operations[i]);
            }
        }
    }

    private static Family Counter(string name, string help, params string[] labels) =>
        Family.Counter("node_nfsd_" + name, help, labels);
}
