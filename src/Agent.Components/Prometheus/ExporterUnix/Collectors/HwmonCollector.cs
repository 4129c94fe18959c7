namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Sensors of the hardware: temperatures, fans, voltages, power; from /sys/class/hwmon.</summary>
internal sealed class HwmonCollector(HwmonOptions options) : IUnixCollector
{
    private static readonly Family ChipNames = Family.Gauge(
        "node_hwmon_chip_names", "Annotation metric for human-readable chip names", "chip", "chip_name");
    private static readonly Family SensorLabel = Family.Gauge(
        "node_hwmon_sensor_label", "Label for given chip and sensor", "chip", "sensor", "label");

    private readonly DeviceFilter _filter = new(options.ChipExclude, options.ChipInclude);

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/hwmon");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no sensors");
            return;
        }
        var chips = new List<(string Folder, string Base, string Name)>();
        foreach (string name in HostFiles.List(root))
        {
            string folder = Path.Join(root, name);
            if (Directory.Exists(folder))
            {
                chips.Add((folder, BaseName(folder), HostFiles.Text(Path.Join(folder, "name")) ?? ""));
            }
        }
        foreach ((string folder, string baseName, string name) in chips)
        {
            // Several chips may share one device; a label then has to tell them apart.
            bool shared = chips.Count(chip => chip.Base == baseName) > 1;
            bool sameName = chips.Count(chip => chip.Base == baseName && chip.Name == name) > 1;
            string suffix = HwmonName.Clean(name).Length == 0 || sameName ? HwmonName.Clean(Path.GetFileName(folder)) : HwmonName.Clean(name);
            string label = shared ? $"{baseName}_{suffix}" : baseName;
            if (!_filter.Ignores(label))
            {
                Chip(folder, label, HwmonName.Clean(name), scrape.Output);
            }
        }
    }

    private static void Chip(string folder, string chip, string name, FamilyWriter output)
    {
        var sensors = new SortedDictionary<string, HwmonSensor>(StringComparer.Ordinal);
        Read(folder, sensors);
        Read(Path.Join(folder, "device"), sensors);
        if (name.Length > 0)
        {
            output.Write(ChipNames, 1, chip, name);
        }
        foreach ((string sensor, HwmonSensor data) in sensors)
        {
            if (data.Values.TryGetValue("label", out string? label))
            {
                output.Write(SensorLabel, 1, chip, sensor, label);
            }
            HwmonReadings.Write(data, (chip, sensor), output);
        }
    }

    private static void Read(string folder, SortedDictionary<string, HwmonSensor> sensors)
    {
        foreach (string file in HostFiles.List(folder))
        {
            if (!HwmonName.TrySplit(file, out string type, out string number, out string property)
                || HostFiles.Text(Path.Join(folder, file)) is not { } value)
            {
                continue;
            }
            string name = type + number;
            if (!sensors.TryGetValue(name, out HwmonSensor? sensor))
            {
                sensors[name] = sensor = new HwmonSensor(type, []);
            }
            sensor.Values[property] = value;
        }
    }

    /// <summary>A name that outlives the order in which modules are loaded: by device, else by the chip's own name, else hwmonN.</summary>
    private static string BaseName(string folder)
    {
        if (HostCalls.RealPath(Path.Join(folder, "device")) is { } device)
        {
            string name = HwmonName.Clean(Path.GetFileName(device));
            string kind = HwmonName.Clean(Path.GetFileName(Path.GetDirectoryName(device) ?? ""));
            if (name.Length > 0)
            {
                return kind.Length > 0 ? $"{kind}_{name}" : name;
            }
        }
        string own = HwmonName.Clean(HostFiles.Text(Path.Join(folder, "name")) ?? "");
        return own.Length > 0 ? own : HwmonName.Clean(Path.GetFileName(HostCalls.RealPath(folder) ?? folder));
    }
}
