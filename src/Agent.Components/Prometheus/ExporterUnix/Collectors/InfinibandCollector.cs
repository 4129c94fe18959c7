using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>InfiniBand devices and their ports, from /sys/class/infiniband.</summary>
internal sealed class InfinibandCollector : IUnixCollector
{
    private const double BytesPerGigabit = 125_000_000;
    private const double Milliseconds = 1000;
    private static readonly Family Info = Family.Gauge(
        "node_infiniband_info", "Non-numeric data from /sys/class/infiniband/<device>, value is always 1.",
        "device", "board_id", "firmware_version", "hca_type");
    private static readonly Family State = Of(
        "state_id", "State of the InfiniBand port (0: no change, 1: down, 2: init, 3: armed, 4: active, 5: act defer)");
    private static readonly Family PhysicalState = Of(
        "physical_state_id",
        "Physical state of the InfiniBand port (0: no change, 1: sleep, 2: polling, 3: disable, 4: shift, 5: link up, "
        + "6: link error recover, 7: phytest)");
    private static readonly Family Rate = Of("rate_bytes_per_second", "Maximum signal transfer rate");
    private static readonly Family Lifespan = Of(
        "lifespan_seconds",
        "The maximum period in ms which defines the aging of the counter reads. Two consecutive reads within this period might "
        + "return the same values.");

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/infiniband");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no InfiniBand devices");
            return;
        }
        foreach (string device in scrape.Files.Names(root))
        {
            string folder = Path.Join(root, device);
            string Text(string file) => HostFiles.Text(folder, file) ?? "";
            scrape.Output.Write(Info, 1, device, Text("board_id"), Text("fw_ver"), Text("hca_type"));
            string ports = Path.Join(folder, "ports");
            foreach (string port in scrape.Files.Names(ports))
            {
                Port(Path.Join(ports, port), (device, port), scrape.Output);
            }
        }
    }

    private static void Port(string folder, (string Device, string Port) at, FamilyWriter output)
    {
        output.Write(State, Leading(Path.Join(folder, "state"), ':'), at.Device, at.Port);
        output.Write(PhysicalState, Leading(Path.Join(folder, "phys_state"), ':'), at.Device, at.Port);
        output.Write(Rate, Math.Truncate(Leading(Path.Join(folder, "rate"), ' ') * BytesPerGigabit), at.Device, at.Port);
        InfinibandCounters.Table.Write(folder, output, at.Device, at.Port);
        InfinibandHardwareCounters.Table.Write(folder, output, at.Device, at.Port);
        if (HostFiles.Number(folder, "hw_counters/lifespan") is { } milliseconds)
        {
            output.Write(Lifespan, Math.Truncate(milliseconds / Milliseconds), at.Device, at.Port);
        }
    }

    /// <summary>The number in front of a text such as "4: ACTIVE" or "40 Gb/sec (4X QDR)".</summary>
    private static double Leading(string path, char end)
    {
        string text = HostFiles.RequiredText(path);
        int at = text.IndexOf(end, StringComparison.Ordinal);
        return at > 0 && double.TryParse(text.AsSpan(0, at), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new CollectorException($"cannot read {path}: \"{text}\" does not start with a number");
    }

    private static Family Of(string name, string help) => Family.Gauge("node_infiniband_" + name, help, "device", "port");
}
