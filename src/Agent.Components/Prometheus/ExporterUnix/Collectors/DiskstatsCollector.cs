namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Reads, writes and times of disks, from /proc/diskstats; what they are, from udev.</summary>
internal sealed class DiskstatsCollector(DiskOptions options) : IUnixCollector
{
    private const double SectorBytes = 512;
    private const double SecondsPerTick = 1.0 / 1000.0;

    // Columns behind the device's name, in order; older kernels have fewer.
    private static readonly (Family Family, double Factor)[] Columns =
    [
        (Counter("reads_completed_total", "The total number of reads completed successfully."), 1),
        (Counter("reads_merged_total", "The total number of reads merged."), 1),
        (Counter("read_bytes_total", "The total number of bytes read successfully."), SectorBytes),
        (Counter("read_time_seconds_total", "The total number of seconds spent by all reads."), SecondsPerTick),
        (Counter("writes_completed_total", "The total number of writes completed successfully."), 1),
        (Counter("writes_merged_total", "The number of writes merged."), 1),
        (Counter("written_bytes_total", "The total number of bytes written successfully."), SectorBytes),
        (Counter("write_time_seconds_total", "This is the total number of seconds spent by all writes."), SecondsPerTick),
        (Family.Gauge("node_disk_io_now", "The number of I/Os currently in progress.", "device"), 1),
        (Counter("io_time_seconds_total", "Total seconds spent doing I/Os."), SecondsPerTick),
        (Counter("io_time_weighted_seconds_total", "The weighted # of seconds spent doing I/Os."), SecondsPerTick),
        (Counter("discards_completed_total", "The total number of discards completed successfully."), 1),
        (Counter("discards_merged_total", "The total number of discards merged."), 1),
        (Counter("discarded_sectors_total", "The total number of sectors discarded successfully."), 1),
        (Counter("discard_time_seconds_total", "This is the total number of seconds spent by all discards."), SecondsPerTick),
        (Counter("flush_requests_total", "The total number of flush requests completed successfully"), 1),
        (Counter("flush_requests_time_seconds_total", "This is the total number of seconds spent by all flush requests."), SecondsPerTick),
    ];

    private readonly DeviceFilter _filter = options.DeviceInclude is { Text.Length: > 0 }
        ? new DeviceFilter(null, options.DeviceInclude)
        : new DeviceFilter(options.DeviceExclude, null);

    private readonly DiskDescription _descriptions = new();
    private readonly List<(string Device, string Major, string Minor)> _disks = [];

    public void Collect(CollectorScrape scrape)
    {
        _disks.Clear();
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("diskstats"));
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> major))
            {
                continue;
            }
            ReadOnlySpan<byte> minor = TextScan.Field(ref line, "/proc/diskstats");
            ReadOnlySpan<byte> name = TextScan.Field(ref line, "/proc/diskstats");
            if (_filter.Ignores(name))
            {
                continue;
            }
            string device = scrape.Names[name];
            foreach ((Family family, double factor) in Columns)
            {
                if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> field))
                {
                    break;
                }
                scrape.Output.Write(family, TextScan.Number(field, "/proc/diskstats") * factor, device);
            }
            _disks.Add((device, scrape.Names[major], scrape.Names[minor]));
        }
        foreach ((string device, string major, string minor) in _disks)
        {
            _descriptions.Collect(device, (major, minor), scrape);
        }
    }

    private static Family Counter(string name, string help) => Family.Counter("node_disk_" + name, help, "device");
}
