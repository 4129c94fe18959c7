using System.Globalization;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Block devices that are replicated over the network, from /proc/drbd.</summary>
internal sealed class DrbdCollector : IUnixCollector
{
    private const double Kibibytes = 1024;
    private static readonly Family Connected = Gauge("connected", "Whether DRBD is connected to the peer.");
    private static readonly Dictionary<string, (Family Family, double Factor)> Numbers = new(StringComparer.Ordinal)
    {
        ["ns"] = (Counter("network_sent_bytes_total", "Total number of bytes sent via the network."), Kibibytes),
        ["nr"] = (Counter("network_received_bytes_total", "Total number of bytes received via the network."), 1),
        ["dw"] = (Counter("disk_written_bytes_total", "Net data written on local hard disk; in bytes."), Kibibytes),
        ["dr"] = (Counter("disk_read_bytes_total", "Net data read from local hard disk; in bytes."), Kibibytes),
        ["al"] = (Counter("activitylog_writes_total", "Number of updates of the activity log area of the meta data."), 1),
        ["bm"] = (Counter("bitmap_writes_total", "Number of updates of the bitmap area of the meta data."), 1),
        ["lo"] = (Gauge("local_pending", "Number of open requests to the local I/O sub-system."), 1),
        ["pe"] = (Gauge(
            "remote_pending", "Number of requests sent to the peer, but that have not yet been answered by the latter."), 1),
        ["ua"] = (Gauge(
            "remote_unacknowledged",
            "Number of requests received by the peer via the network connection, but that have not yet been answered."), 1),
        ["ap"] = (Gauge(
            "application_pending", "Number of block I/O requests forwarded to DRBD, but not yet answered by DRBD."), 1),
        ["ep"] = (Gauge("epochs", "Number of Epochs currently on the fly."), 1),
        ["oos"] = (Gauge("out_of_sync_bytes", "Amount of data known to be out of sync; in bytes."), Kibibytes),
    };

    private static readonly Dictionary<string, (Family Family, string Good)> Pairs = new(StringComparer.Ordinal)
    {
        ["ro"] = (Family.Gauge(
            "node_drbd_node_role_is_primary", "Whether the role of the node is in the primary state.", "device", "node"), "Primary"),
        ["ds"] = (Family.Gauge(
            "node_drbd_disk_state_is_up_to_date", "Whether the disk of the node is up to date.", "device", "node"), "UpToDate"),
    };

    public void Collect(CollectorScrape scrape)
    {
        if (!scrape.Files.TryRead(scrape.Files.Proc("drbd"), out ReadOnlySpan<byte> text))
        {
            scrape.NoData("DRBD is not loaded");
            return;
        }
        string device = "unknown";
        foreach (string field in Encoding.ASCII.GetString(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = field.Split(':');
            if (pair.Length != 2)
            {
                continue;
            }
            if (pair[1].Length == 0 && uint.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            {
                device = $"drbd{number}";
                continue;
            }
            Field(pair[0], pair[1], device, scrape.Output);
        }
    }

    private static void Field(string key, string value, string device, FamilyWriter output)
    {
        if (Numbers.TryGetValue(key, out (Family Family, double Factor) number))
        {
            output.Write(number.Family, TextScan.Number(Encoding.ASCII.GetBytes(value), "/proc/drbd") * number.Factor, device);
        }
        else if (Pairs.TryGetValue(key, out (Family Family, string Good) state))
        {
            string[] sides = value.Split('/');
            output.Write(state.Family, sides[0] == state.Good ? 1 : 0, device, "local");
            output.Write(state.Family, sides.Length > 1 && sides[1] == state.Good ? 1 : 0, device, "remote");
        }
        else if (key == "cs")
        {
            output.Write(Connected, value == "Connected" ? 1 : 0, device);
        }
    }

    private static Family Gauge(string name, string help) => Family.Gauge("node_drbd_" + name, help, "device");

    private static Family Counter(string name, string help) => Family.Counter("node_drbd_" + name, help, "device");
}
