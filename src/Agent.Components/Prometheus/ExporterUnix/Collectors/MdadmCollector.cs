using System.Globalization;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Software RAID, from /proc/mdstat and /sys/block/md*/md.</summary>
internal sealed class MdadmCollector : IUnixCollector
{
    private static readonly string[] States = ["active", "inactive", "recovering", "resync", "check"];
    private static readonly Family Required = Family.Gauge("node_md_disks_required", "Total number of disks of device.", "device");
    private static readonly Family Disks = Family.Gauge(
        "node_md_disks", "Number of active/failed/spare disks of device.", "device", "state");
    private static readonly Family State = Family.Gauge("node_md_state", "Indicates the state of md-device.", "device", "state");
    private static readonly Family Blocks = Family.Gauge("node_md_blocks", "Total number of blocks on device.", "device");
    private static readonly Family Synced = Family.Gauge("node_md_blocks_synced", "Number of blocks synced on device.", "device");
    private static readonly Family RaidDisks = Family.Gauge("node_md_raid_disks", "Number of raid disks on device.", "device");
    private static readonly Family Degraded = Family.Gauge("node_md_degraded", "Number of degraded disks on device.", "device");

    private readonly ParsedContent<List<MdArray>> _arrays = new(static text => MdArray.Parse(Encoding.ASCII.GetString(text).Split('\n')));

    public void Collect(CollectorScrape scrape)
    {
        if (!scrape.Files.TryRead(scrape.Files.Proc("mdstat"), out ReadOnlySpan<byte> text))
        {
            scrape.NoData("software RAID is not loaded");
            return;
        }
        foreach (MdArray array in _arrays.Of(text))
        {
            scrape.Output.Write(Required, array.Total, array.Name);
            scrape.Output.Write(Disks, array.Active, array.Name, "active");
            scrape.Output.Write(Disks, array.Failed, array.Name, "failed");
            scrape.Output.Write(Disks, array.Spare, array.Name, "spare");
            foreach (string state in States)
            {
                scrape.Output.Write(State, array.State == state ? 1 : 0, array.Name, state);
            }
            scrape.Output.Write(Blocks, array.Blocks, array.Name);
            scrape.Output.Write(Synced, array.Synced, array.Name);
        }
        string block = scrape.Files.Sys("block");
        foreach (string device in scrape.Files.Names(block, "md"))
        {
            Array(Path.Join(block, device, "md"), device, scrape.Output);
        }
    }

    private static void Array(string folder, string device, FamilyWriter output)
    {
        if (HostFiles.Text(folder, "level") is not { } level)
        {
            return;
        }
        // Containers have no disks of their own; while an array grows the file reads "11 (10)".
        string disks = level is "" or "container" or "imsm" or "ddf" ? "" : HostFiles.Text(folder, "raid_disks") ?? "";
        if (double.TryParse(disks.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out double count))
        {
            output.Write(RaidDisks, count, device);
        }
        bool redundant = level is "raid1" or "raid4" or "raid5" or "raid6" or "raid10";
        output.Write(Degraded, redundant ? HostFiles.RequiredNumber(folder, "degraded") : 0, device);
    }
}
