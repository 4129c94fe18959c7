namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Statistics of ZFS, from /proc/spl/kstat/zfs: of the module, of each pool and of each dataset.</summary>
internal sealed class ZfsCollector : IUnixCollector
{
    private static readonly (string File, string Subsystem)[] Modules =
    [
        ("abdstats", "zfs_abd"), ("arcstats", "zfs_arc"), ("dbufstats", "zfs_dbuf"), ("dmu_tx", "zfs_dmu_tx"),
        ("dnodestats", "zfs_dnode"), ("fm", "zfs_fm"), ("vdev_cache_stats", "zfs_vdev_cache"),
        ("vdev_mirror_stats", "zfs_vdev_mirror"), ("xuio_stats", "zfs_xuio"), ("zfetchstats", "zfs_zfetch"), ("zil", "zfs_zil"),
    ];

    private static readonly string[] States = ["online", "degraded", "faulted", "offline", "removed", "unavail", "suspended"];
    private static readonly Family State = Family.Gauge("node_zfs_zpool_state", "kstat.zfs.misc.state", "zpool", "state");

    private readonly Dictionary<string, FamilyCache> _modules = Modules.ToDictionary(
        module => module.File,
        module => new FamilyCache(name => Family.Untyped($"node_{module.Subsystem}_{MetricName(name)}", $"kstat.zfs.misc.{module.File}.{name}")),
        StringComparer.Ordinal);
    private readonly FamilyCache _pool = new(static name =>
        Family.Untyped("node_zfs_zpool_" + MetricName(name), "kstat.zfs.misc.io." + name, "zpool"));
    private readonly FamilyCache _dataset = new(static name =>
        Family.Untyped("node_zfs_zpool_dataset_" + MetricName(name), "kstat.zfs.misc.objset." + name, "zpool", "dataset"));

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Proc("spl/kstat/zfs");
        if (!Directory.Exists(root))
        {
            scrape.NoData("ZFS is not loaded");
            return;
        }
        foreach ((string file, _) in Modules)
        {
            if (scrape.Files.TryRead(scrape.Names.Path(root, file), out ReadOnlySpan<byte> text))
            {
                Module(text, _modules[file], scrape.Output);
            }
        }
        foreach (string pool in scrape.Files.Names(root))
        {
            string folder = scrape.Names.Path(root, pool);
            if (Directory.Exists(folder))
            {
                Pool(folder, pool, scrape);
            }
        }
    }

    private static void Module(ReadOnlySpan<byte> text, FamilyCache families, FamilyWriter output)
    {
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (TryStatistic(line, out ReadOnlySpan<byte> name, out double value))
            {
                output.Write(families[name], value);
            }
        }
    }

    private void Pool(string folder, string pool, CollectorScrape scrape)
    {
        if (scrape.Files.TryRead(scrape.Names.Path(folder, "io"), out ReadOnlySpan<byte> io))
        {
            while (TextScan.TryLine(ref io, out ReadOnlySpan<byte> names))
            {
                if (names.StartsWith("nread"u8) && TextScan.TryLine(ref io, out ReadOnlySpan<byte> values))
                {
                    while (TextScan.TryField(ref names, out ReadOnlySpan<byte> name))
                    {
                        scrape.Output.Write(_pool[name], TextScan.NumberField(ref values, "the I/O of a pool"), pool);
                    }
                }
            }
        }
        foreach (string file in scrape.Files.Names(folder, "objset-"))
        {
            Dataset(scrape.Files.Read(scrape.Names.Path(folder, file)), pool, scrape);
        }
        if (HostFiles.Text(folder, "state", scrape.Names) is { } state)
        {
            foreach (string name in States)
            {
                scrape.Output.Write(State, string.Equals(state, name, StringComparison.OrdinalIgnoreCase) ? 1 : 0, pool, name);
            }
        }
    }

    private void Dataset(ReadOnlySpan<byte> text, string pool, CollectorScrape scrape)
    {
        string dataset = "";
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("dataset_name"u8))
            {
                // The name may hold spaces, so it is all behind the type.
                TextScan.TryField(ref line, out _);
                TextScan.TryField(ref line, out _);
                dataset = scrape.Names[TextScan.TrimSpace(line)];
            }
            else if (TryStatistic(line, out ReadOnlySpan<byte> name, out double value))
            {
                scrape.Output.Write(_dataset[name], value, pool, dataset);
            }
        }
    }

    /// <summary>A line "name type value" whose type is a 64-bit number (3 signed, 4 unsigned).</summary>
    private static bool TryStatistic(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out double value)
    {
        value = 0;
        return TextScan.TryField(ref line, out name) && TextScan.TryField(ref line, out ReadOnlySpan<byte> type) && type is [(byte)'3' or (byte)'4']
            && TextScan.TryField(ref line, out ReadOnlySpan<byte> text) && TextScan.TryNumber(text, out value) && line.Trim((byte)' ').IsEmpty;
    }

    private static string MetricName(string name) => name.Replace('-', '_');
}
