namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>NVMe drives and their namespaces, from /sys/class/nvme.</summary>
internal sealed class NvmeCollector : IUnixCollector
{
    private static readonly Family Info = Family.Gauge(
        "node_nvme_info", "Non-numeric data from /sys/class/nvme/<device>, value is always 1.",
        "device", "firmware_revision", "model", "serial", "state", "cntlid");
    private static readonly Family NamespaceInfo = Family.Gauge(
        "node_nvme_namespace_info", "Information about NVMe namespaces. Value is always 1", "device", "nsid", "ana_state");
    private static readonly Family Capacity = Of(
        "capacity_bytes", "Capacity of the NVMe namespace in bytes. Computed as namespace_size * namespace_logical_block_size");
    private static readonly Family Size = Of(
        "size_bytes", "Size of the NVMe namespace in bytes. Available in /sys/class/nvme/<device>/<namespace>/size");
    private static readonly Family Used = Of(
        "used_bytes", "Used space of the NVMe namespace in bytes. Available in /sys/class/nvme/<device>/<namespace>/nuse");
    private static readonly Family BlockSize = Of(
        "logical_block_size_bytes",
        "Logical block size of the NVMe namespace in bytes. Usually 4Kb. "
        + "Available in /sys/class/nvme/<device>/<namespace>/queue/logical_block_size");

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/nvme");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no NVMe drives");
            return;
        }
        foreach (string device in scrape.Files.Names(root))
        {
            string folder = Path.Join(root, device);
            string Text(string file) => HostFiles.Text(folder, file) ?? "";
            scrape.Output.Write(
                Info, 1, device, Text("firmware_rev"), Text("model"), Text("serial"), Text("state"), Text("cntlid"));
            foreach (string name in scrape.Files.Names(folder, device))
            {
                int n = name.LastIndexOf('n');
                // nvme0n1 is a namespace; nvme0c0n1, a path to one, has its own device.
                if (n == device.Length && name[(n + 1)..].All(char.IsAsciiDigit))
                {
                    Namespace(Path.Join(folder, name), (device, name[(n + 1)..]), scrape.Output);
                }
            }
        }
    }

    private static void Namespace(string folder, (string Device, string Id) at, FamilyWriter output)
    {
        double Number(string file) => HostFiles.Number(folder, file) ?? 0;
        double block = Number("queue/logical_block_size");
        output.Write(NamespaceInfo, 1, at.Device, at.Id, HostFiles.Text(folder, "ana_state") ?? "unknown");
        output.Write(Capacity, Number("size") * block, at.Device, at.Id);
        output.Write(Size, Number("size") * block, at.Device, at.Id);
        output.Write(Used, Number("nuse") * block, at.Device, at.Id);
        output.Write(BlockSize, block, at.Device, at.Id);
    }

    private static Family Of(string name, string help) => Family.Gauge("node_nvme_namespace_" + name, help, "device", "nsid");
}
