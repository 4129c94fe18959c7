namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Tape drives, from /sys/class/scsi_tape.</summary>
internal sealed class TapestatsCollector(TapestatsOptions options) : IUnixCollector
{
    private const double Nanosecond = 0.000000001;
    private static readonly FileTable Table = new(
        new("in_flight", Family.Gauge("node_tape_io_now", "The number of I/Os currently outstanding to this device.", "device")),
        new("io_ns", Counter("io_time_seconds_total",
            "The amount of time spent waiting for all I/O to complete (including read and write). This "
            + "includes tape movement commands such as seeking between file or set marks and implicit tape "
            + "movement such as when rewind on close tape devices are used."), Nanosecond),
        new("other_cnt", Counter("io_others_total",
            "The number of I/Os issued to the tape drive other than read or write commands. The time taken "
            + "to complete these commands uses the following calculation "
            + "io_time_seconds_total-read_time_seconds_total-write_time_seconds_total")),
        new("read_byte_cnt", Counter("read_bytes_total", "The number of bytes read from the tape drive.")),
        new("read_cnt", Counter("reads_completed_total", "The number of read requests issued to the tape drive.")),
        new("read_ns", Counter("read_time_seconds_total", "The amount of time spent waiting for read requests to complete."), Nanosecond),
        new("resid_cnt", Counter("residual_total",
            "The number of times during a read or write we found the residual amount to be non-zero. This "
            + "should mean that a program is issuing a read larger thean the block size on tape. For write not "
            + "all data made it to tape.")),
        new("write_byte_cnt", Counter("written_bytes_total", "The number of bytes written to the tape drive.")),
        new("write_cnt", Counter("writes_completed_total", "The number of write requests issued to the tape drive.")),
        new("write_ns", Counter("write_time_seconds_total", "The amount of time spent waiting for write requests to complete."), Nanosecond));

    private readonly DeviceFilter _filter = new(options.IgnoredDevices, null);

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/scsi_tape");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no tape drives");
            return;
        }
        foreach (string tape in scrape.Files.Names(root, "st"))
        {
            // st0a, st0l, st0m and nst0… are other modes of the same drive.
            if (tape.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0 && !_filter.Ignores(tape))
            {
                Table.Write(Path.Join(root, tape, "stats"), scrape.Output, tape);
            }
        }
    }

    private static Family Counter(string name, string help) => Family.Counter("node_tape_" + name, help, "device");
}
