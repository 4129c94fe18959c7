namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Caches in front of block devices, from /sys/fs/bcache.</summary>
internal sealed class BcacheCollector(BcacheOptions options) : IUnixCollector
{
    private const double Nanosecond = 1e-9;
    private static readonly (string File, Family Family, double Factor)[] Sets =
    [
        ("average_key_size", Gauge("average_key_size_sectors", "Average data per key in the btree (sectors)."), 1),
        ("btree_cache_size", Gauge("btree_cache_size_bytes", "Amount of memory currently used by the btree cache."), 1),
        ("cache_available_percent", Gauge(
            "cache_available_percent",
            "Percentage of cache device without dirty data, usable for writeback (may contain clean cached data)."), 1),
        ("congested", Gauge("congested", "Congestion."), 1),
        ("root_usage_percent", Gauge(
            "root_usage_percent", "Percentage of the root btree node in use (tree depth increases if too high)."), 1),
        ("tree_depth", Gauge("tree_depth", "Depth of the btree."), 1),
        ("internal/active_journal_entries", Gauge(
            "active_journal_entries", "Number of journal entries that are newer than the index."), 1),
        ("internal/btree_nodes", Gauge("btree_nodes", "Total nodes in the btree."), 1),
        ("internal/btree_read_average_duration_us", Gauge(
            "btree_read_average_duration_seconds", "Average btree read duration."), Nanosecond),
        ("internal/cache_read_races", Family.Counter(
            "node_bcache_cache_read_races_total",
            "Counts instances where while data was being read from the cache, the bucket was reused and invalidated - i.e. where the "
            + "pointer was stale after the read completed.", "uuid"), 1),
    ];

    private static readonly (string File, Family Family)[] Periods =
    [
        ("bypassed", Backing("bypassed_bytes_total", "Amount of IO (both reads and writes) that has bypassed the cache.")),
        ("cache_hits", Backing("cache_hits_total", "Hits counted per individual IO as bcache sees them.")),
        ("cache_misses", Backing("cache_misses_total", "Misses counted per individual IO as bcache sees them.")),
        ("cache_bypass_hits", Backing("cache_bypass_hits_total", "Hits for IO intended to skip the cache.")),
        ("cache_bypass_misses", Backing("cache_bypass_misses_total", "Misses for IO intended to skip the cache.")),
        ("cache_miss_collisions", Backing(
            "cache_miss_collisions_total",
            "Instances where data insertion from cache miss raced with write (data already present).")),
    ];

    private static readonly Family Readaheads = Backing("cache_readaheads_total", "Count of times readahead occurred.");
    private static readonly Family Dirty = Writeback(
        "dirty_data_bytes", "Amount of dirty data for this backing device in the cache.");
    private static readonly (string Key, Family Family)[] Rates =
    [
        ("target", Writeback("dirty_target_bytes", "Current dirty data target threshold for this backing device in bytes.")),
        ("rate", Writeback("writeback_rate", "Current writeback rate for this backing device in bytes.")),
        ("proportional", Writeback(
            "writeback_rate_proportional_term", "Current result of proportional controller, part of writeback rate")),
        ("integral", Writeback("writeback_rate_integral_term", "Current result of integral controller, part of writeback rate")),
        ("change", Writeback("writeback_change", "Last writeback rate change step for this backing device.")),
    ];

    private static readonly Family IoErrors = Family.Gauge(
        "node_bcache_io_errors", "Number of errors that have occurred, decayed by io_error_halflife.", "uuid", "cache_device");
    private static readonly Family MetadataWritten = Family.Counter(
        "node_bcache_metadata_written_bytes_total", "Sum of all non data writes (btree writes and all other metadata).",
        "uuid", "cache_device");
    private static readonly Family Written = Family.Counter(
        "node_bcache_written_bytes_total", "Sum of all data that has been written to the cache.", "uuid", "cache_device");
    private static readonly Family Unused = Family.Gauge(
        "node_bcache_priority_stats_unused_percent", "The percentage of the cache that doesn't contain any data.",
        "uuid", "cache_device");
    private static readonly Family Metadata = Family.Gauge(
        "node_bcache_priority_stats_metadata_percent", "Bcache's metadata overhead.", "uuid", "cache_device");

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("fs/bcache");
        foreach (string uuid in scrape.Files.Names(root))
        {
            // Beside the sets there are files to register devices.
            if (!uuid.Contains('-', StringComparison.Ordinal))
            {
                continue;
            }
            string folder = Path.Join(root, uuid);
            foreach ((string file, Family family, double factor) in Sets)
            {
                scrape.Output.Write(family, SizeOf(Path.Join(folder, file)) * factor, uuid);
            }
            foreach (string device in scrape.Files.Names(folder, "bdev"))
            {
                BackingDevice(Path.Join(folder, device), (uuid, device), scrape.Output);
            }
            foreach (string device in scrape.Files.Names(folder, "cache"))
            {
                if (device.AsSpan("cache".Length).IndexOfAnyExceptInRange('0', '9') < 0)
                {
                    CacheDevice(Path.Join(folder, device), (uuid, device), scrape.Output);
                }
            }
        }
    }

    private static void BackingDevice(string folder, (string Uuid, string Device) at, FamilyWriter output)
    {
        foreach ((string file, Family family) in Periods)
        {
            output.Write(family, SizeOf(Path.Join(folder, "stats_total", file)), at.Device, at.Uuid);
        }
        // Linux 5.15 dropped the counter.
        if (SizeOf(Path.Join(folder, "stats_total/cache_readaheads")) is not 0 and var readaheads)
        {
            output.Write(Readaheads, readaheads, at.Device, at.Uuid);
        }
        output.Write(Dirty, SizeOf(Path.Join(folder, "dirty_data")), at.Device, at.Uuid);
        Dictionary<string, string> rates = Lines(Path.Join(folder, "writeback_rate_debug"));
        foreach ((string key, Family family) in Rates)
        {
            output.Write(family, BcacheSize.Parse(rates.GetValueOrDefault(key, "")), at.Device, at.Uuid);
        }
    }

    private void CacheDevice(string folder, (string Uuid, string Device) at, FamilyWriter output)
    {
        output.Write(IoErrors, SizeOf(Path.Join(folder, "io_errors")), at.Uuid, at.Device);
        output.Write(MetadataWritten, SizeOf(Path.Join(folder, "metadata_written")), at.Uuid, at.Device);
        output.Write(Written, SizeOf(Path.Join(folder, "written")), at.Uuid, at.Device);
        if (options.PriorityStats)
        {
            Dictionary<string, string> priorities = Lines(Path.Join(folder, "priority_stats"));
            output.Write(Unused, BcacheSize.Parse(priorities.GetValueOrDefault("Unused", "").TrimEnd('%')), at.Uuid, at.Device);
            output.Write(Metadata, BcacheSize.Parse(priorities.GetValueOrDefault("Metadata", "").TrimEnd('%')), at.Uuid, at.Device);
        }
    }

    private static double SizeOf(string path) => BcacheSize.Parse(HostFiles.Text(path) ?? "");

    private static Dictionary<string, string> Lines(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in (HostFiles.Text(path) ?? "").Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                values[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
        }
        return values;
    }

    private static Family Gauge(string name, string help) => Family.Gauge("node_bcache_" + name, help, "uuid");

    private static Family Backing(string name, string help) =>
        Family.Counter("node_bcache_" + name, help, "backing_device", "uuid");

    private static Family Writeback(string name, string help) =>
        Family.Gauge("node_bcache_" + name, help, "backing_device", "uuid");
}
