namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Properties of network devices, from /sys/class/net.</summary>
internal sealed class NetclassCollector(NetclassOptions options) : IUnixCollector
{
    private const long FlagUp = 1;
    private static readonly Family Up = Family.Gauge("node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.", "device");
    private static readonly Family Info = Family.Gauge(
        "node_network_info", "Non-numeric data from /sys/class/net/<iface>, value is always 1.",
        "device", "address", "broadcast", "duplex", "operstate", "adminstate", "ifalias");
    private static readonly Family Speed = Property("speed_bytes");
    private static readonly FileTable Properties = new(
        new("addr_assign_type", Property("address_assign_type")), new("carrier", Property("carrier")),
        new("carrier_changes", Changes("carrier_changes_total")), new("carrier_up_count", Changes("carrier_up_changes_total")),
        new("carrier_down_count", Changes("carrier_down_changes_total")), new("dev_id", Property("device_id")),
        new("dormant", Property("dormant")), new("flags", Property("flags")), new("ifindex", Property("iface_id")),
        new("iflink", Property("iface_link")), new("link_mode", Property("iface_link_mode")), new("mtu", Property("mtu_bytes")),
        new("name_assign_type", Property("name_assign_type")), new("netdev_group", Property("net_dev_group")),
        new("tx_queue_len", Property("transmit_queue_length")), new("type", Property("protocol_type")));

    private readonly DeviceFilter _filter = new(options.IgnoredDevices, null);

    public void Collect(CollectorScrape scrape)
    {
        string net = scrape.Files.Sys("class/net");
        if (!Directory.Exists(net))
        {
            scrape.NoData("there is no /sys/class/net");
            return;
        }
        foreach (string device in scrape.Files.Names(net))
        {
            string folder = scrape.Names.Path(net, device);
            // bonding_masters is a file among the devices.
            if (Directory.Exists(folder) && !_filter.Ignores(device))
            {
                Device(folder, device, scrape);
            }
        }
    }

    private void Device(string folder, string device, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        string Of(string file) => HostFiles.Text(folder, file, scrape.Names) ?? "";
        string state = Of("operstate");
        double? flags = HostFiles.Number(folder, "flags");
        string admin = flags is null ? "unknown" : ((long)flags & FlagUp) != 0 ? "up" : "down";
        output.Write(Up, state == "up" ? 1 : 0, device);
        output.Write(Info, 1, device, Of("address"), Of("broadcast"), Of("duplex"), state, admin, Of("ifalias"));
        Properties.Write(folder, output, device);
        // -1 where the driver does not know.
        if (HostFiles.Number(folder, "speed") is { } megabits && (megabits >= 0 || !options.IgnoreInvalidSpeedDevice))
        {
            output.Write(Speed, Math.Truncate(megabits * 1000 * 1000 / 8), device);
        }
    }

    private static Family Property(string name) => Family.Gauge("node_network_" + name, "Network device property: " + name, "device");

    private static Family Changes(string name) => Family.Counter("node_network_" + name, "Network device property: " + name, "device");
}
