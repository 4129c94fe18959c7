namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Sensors of the hardware: temperatures, fans, voltages, power; from /sys/class/hwmon.</summary>
internal sealed class HwmonCollector(HwmonOptions options) : IUnixCollector
{
    private static readonly Family ChipNames = Family.Gauge(
        "node_hwmon_chip_names", "Annotation metric for human-readable chip names", "chip", "chip_name");
    private static readonly Family SensorLabel = Family.Gauge(
        "node_hwmon_sensor_label", "Label for given chip and sensor", "chip", "sensor", "label");

    private const int Limit = 1024;
    private readonly DeviceFilter _filter = new(options.ChipExclude, options.ChipInclude);
    private readonly Dictionary<string, HwmonChip> _chips = new(StringComparer.Ordinal);
    private readonly List<(HwmonChip Chip, string Base, string Name)> _found = [];

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/hwmon");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no sensors");
            return;
        }
        _found.Clear();
        foreach (string name in scrape.Files.Names(root))
        {
            string folder = scrape.Names.Path(root, name);
            if (Directory.Exists(folder))
            {
                _found.Add((ChipOf(folder, scrape.Files), BaseName(folder, scrape.Names), HostFiles.Text(folder, "name", scrape.Names) ?? ""));
            }
        }
        foreach ((HwmonChip chip, string baseName, string name) in _found)
        {
            // Several chips may share one device; a label then has to tell them apart.
            bool shared = _found.Count(other => other.Base == baseName) > 1;
            bool sameName = shared && _found.Count(other => other.Base == baseName && other.Name == name) > 1;
            string cleanName = HwmonName.Clean(name);
            string suffix = cleanName.Length == 0 || sameName ? HwmonName.Clean(Path.GetFileName(chip.Folder)) : cleanName;
            string label = shared ? $"{baseName}_{suffix}" : baseName;
            if (!_filter.Ignores(label))
            {
                Write(chip, label, cleanName, scrape);
            }
        }
    }

    private HwmonChip ChipOf(string folder, HostFiles files)
    {
        if (!_chips.TryGetValue(folder, out HwmonChip? chip) || !chip.IsCurrent(files))
        {
            if (_chips.Count >= Limit)
            {
                _chips.Clear();
            }
            _chips[folder] = chip = new HwmonChip(folder, files);
        }
        return chip;
    }

    private static void Write(HwmonChip chip, string label, string name, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        if (name.Length > 0)
        {
            output.Write(ChipNames, 1, label, name);
        }
        foreach (HwmonSensor sensor in chip.Sensors)
        {
            string? own = sensor.Properties.TryGetValue("label", out (string Folder, string File) at)
                ? HostFiles.Text(at.Folder, at.File, scrape.Names)
                : null;
            if (own is not null)
            {
                output.Write(SensorLabel, 1, label, sensor.Name, own);
            }
            foreach (HwmonFile file in sensor.Files)
            {
                HwmonReading reading = file.Reading;
                if ((!reading.ByLabel || own is not null) && HostFiles.Number(file.Folder, file.Name) is { } number)
                {
                    output.Write(reading.Family, reading.Value(number), label, reading.ByLabel ? HwmonName.Clean(own!) : sensor.Name);
                }
            }
        }
    }

    /// <summary>A name that outlives the order in which modules are loaded: by device, else by the chip's own name, else hwmonN.</summary>
    private static string BaseName(string folder, NameCache names)
    {
        if (HostCalls.RealPath(names.Path(folder, "device")) is { } device)
        {
            string name = HwmonName.Clean(Path.GetFileName(device));
            string kind = HwmonName.Clean(Path.GetFileName(Path.GetDirectoryName(device) ?? ""));
            if (name.Length > 0)
            {
                return kind.Length > 0 ? $"{kind}_{name}" : name;
            }
        }
        string own = HwmonName.Clean(HostFiles.Text(folder, "name", names) ?? "");
        return own.Length > 0 ? own : HwmonName.Clean(Path.GetFileName(HostCalls.RealPath(folder) ?? folder));
    }
}
