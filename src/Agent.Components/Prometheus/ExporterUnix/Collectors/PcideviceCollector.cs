using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>PCI devices: identity, link, power, virtual functions, from /sys/bus/pci/devices.</summary>
internal sealed class PcideviceCollector : IUnixCollector
{
    private const double Giga = 1e9;
    private static readonly string[] Location = ["segment", "bus", "device", "function"];
    private static readonly string[] PowerStates = ["D0", "D1", "D2", "D3hot", "D3cold", "unknown", "error"];
    private static readonly Family Info = Family.Gauge(
        "node_pcidevice_info", "Non-numeric data from /sys/bus/pci/devices/<location>, value is always 1.",
        [.. Location, "parent_segment", "parent_bus", "parent_device", "parent_function", "class_id", "vendor_id", "device_id",
            "subsystem_vendor_id", "subsystem_device_id", "revision"]);
    private static readonly Family MaxSpeed = Of("max_link_transfers_per_second", "Value of maximum link's transfers per second (T/s)");
    private static readonly Family MaxWidth = Of("max_link_width", "Value of maximum link's width (number of lanes)");
    private static readonly Family Speed = Of("current_link_transfers_per_second", "Value of current link's transfers per second (T/s)");
    private static readonly Family Width = Of("current_link_width", "Value of current link's width (number of lanes)");
    private static readonly Family Power = Family.Gauge(
        "node_pcidevice_power_state", "PCIe device power state, one of: D0, D1, D2, D3hot, D3cold, unknown or error.", [.. Location, "state"]);
    private static readonly Family NumaNode = Of(
        "numa_node", "NUMA node number for the PCI device. -1 indicates unknown or not available.");

    // Written for every device, 0 where it has no such file.
    private static readonly (string File, Family Family)[] Numbers =
    [
        ("d3cold_allowed", Of("d3cold_allowed", "Whether the PCIe device supports D3cold power state (0/1).")),
        ("sriov_drivers_autoprobe", Of(
            "sriov_drivers_autoprobe", "Whether SR-IOV drivers autoprobe is enabled for the device (0/1).")),
        ("sriov_numvfs", Of("sriov_numvfs", "Number of Virtual Functions (VFs) currently enabled for SR-IOV.")),
        ("sriov_totalvfs", Of("sriov_totalvfs", "Total number of Virtual Functions (VFs) supported by the device.")),
        ("sriov_vf_total_msix", Of("sriov_vf_total_msix", "Total number of MSI-X vectors for Virtual Functions.")),
    ];

    private readonly Dictionary<string, string[]> _infos = new(StringComparer.Ordinal);

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("bus/pci/devices");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no PCI bus");
            return;
        }
        IReadOnlyList<string> devices = HostFiles.List(root);
        if (_infos.Count > devices.Count)
        {
            _infos.Clear();
        }
        foreach (string name in devices)
        {
            string folder = Path.Join(root, name);
            if (!_infos.TryGetValue(name, out string[]? info))
            {
                // A device keeps its identity as long as it has its place.
                info = Identify(folder);
                _infos.Add(name, info);
            }
            scrape.Output.Write(Info, 1, info);
            Write(folder, (info[0], info[1], info[2], info[3]), scrape.Output);
        }
    }

    private static void Write(string folder, (string Segment, string Bus, string Device, string Function) at, FamilyWriter output)
    {
        void Value(Family family, double value) => output.Write(family, value, at.Segment, at.Bus, at.Device, at.Function);
        double Number(string file) => HostFiles.Number(Path.Join(folder, file)) ?? -1;
        Value(MaxSpeed, Transfers(HostFiles.Text(Path.Join(folder, "max_link_speed"))));
        Value(MaxWidth, Number("max_link_width"));
        Value(Speed, Transfers(HostFiles.Text(Path.Join(folder, "current_link_speed"))));
        Value(Width, Number("current_link_width"));
        foreach ((string file, Family family) in Numbers)
        {
            Value(family, HostFiles.Number(Path.Join(folder, file)) ?? 0);
        }
        if (HostFiles.Text(Path.Join(folder, "power_state")) is { Length: > 0 } power)
        {
            foreach (string state in PowerStates)
            {
                output.Write(Power, power == state ? 1 : 0, at.Segment, at.Bus, at.Device, at.Function, state);
            }
        }
        if (Number("numa_node") is var node and not -1)
        {
            Value(NumaNode, node);
        }
    }

    /// <summary>The label values of <see cref="Info"/>. The folder is a link below the bus or bridge that the device hangs on.</summary>
    private static string[] Identify(string folder)
    {
        string target = new DirectoryInfo(folder).LinkTarget ?? throw new CollectorException($"cannot read {folder}: it is no link");
        string Hex(string file, string format) =>
            "0x" + ((long)HostFiles.RequiredNumber(Path.Join(folder, file))).ToString(format, CultureInfo.InvariantCulture);
        string[] own = Place(Path.GetFileName(target)) ?? throw new CollectorException($"cannot read {folder}: it links to {target}");
        string[] parent = Place(Path.GetFileName(Path.GetDirectoryName(target) ?? "")) ?? ["*", "*", "*", "*"];
        return
        [
            .. own, .. parent, Hex("class", "x6"), Hex("vendor", "x4"), Hex("device", "x4"), Hex("subsystem_vendor", "x4"),
            Hex("subsystem_device", "x4"), Hex("revision", "x2"),
        ];
    }

    /// <summary>0000:45:00.0 into its four parts; null for a root bus such as pci0000:40.</summary>
    private static string[]? Place(string name)
    {
        string[] parts = name.Split(':', '.');
        return parts.Length == 4 && parts.All(part => part.Length > 0 && part.All(char.IsAsciiHexDigit)) ? parts : null;
    }

    /// <summary>"8.0 GT/s PCIe" in transfers per second; -1 where the file is missing or says "Unknown".</summary>
    private static double Transfers(string? text)
    {
        int space = text?.IndexOf(" GT/s", StringComparison.Ordinal) ?? -1;
        return space > 0 && double.TryParse(text.AsSpan(0, space), NumberStyles.Float, CultureInfo.InvariantCulture, out double giga)
            ? giga * Giga
            : -1;
    }

    private static Family Of(string name, string help) => Family.Gauge("node_pcidevice_" + name, help, Location);
}
