namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>A file of a sensor: where it is, and what becomes of its number.</summary>
internal sealed record HwmonFile(string Folder, string Name, HwmonReading Reading);

/// <summary>A sensor of a chip, such as temp1.</summary>
internal sealed class HwmonSensor(string type, string name)
{
    /// <summary>What is measured, such as temp.</summary>
    public string Type => type;

    public string Name => name;

    /// <summary>File by property, "" being the one without; a later folder replaces an earlier one.</summary>
    public SortedDictionary<string, (string Folder, string File)> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>The files that hold numbers.</summary>
    public IReadOnlyList<HwmonFile> Files { get; set; } = [];
}

/// <summary>A chip as it was found; used again while its folders hold the same files and its name is the same.</summary>
internal sealed class HwmonChip
{
    private readonly string _device;
    private readonly IReadOnlyList<string> _files;
    private readonly IReadOnlyList<string> _deviceFiles;

    public HwmonChip(string folder, HostFiles files)
    {
        Folder = folder;
        _files = files.Names(folder);
        _device = Path.Join(folder, "device");
        _deviceFiles = files.Names(_device);
        var sensors = new SortedDictionary<string, HwmonSensor>(StringComparer.Ordinal);
        Add(folder, _files, sensors);
        Add(_device, _deviceFiles, sensors);
        Sensors = [.. sensors.Values];
        foreach (HwmonSensor sensor in Sensors)
        {
            sensor.Files =
            [
                .. sensor.Properties
                    .Where(static property => property.Key != "label")
                    .Select(property => new HwmonFile(property.Value.Folder, property.Value.File, HwmonReading.Of(sensor, property.Key))),
            ];
        }
    }

    public string Folder { get; }

    public IReadOnlyList<HwmonSensor> Sensors { get; }

    public bool IsCurrent(HostFiles files) =>
        ReferenceEquals(_files, files.Names(Folder)) && ReferenceEquals(_deviceFiles, files.Names(_device));

    private static void Add(string folder, IReadOnlyList<string> files, SortedDictionary<string, HwmonSensor> sensors)
    {
        foreach (string file in files)
        {
            if (!HwmonName.TrySplit(file, out string type, out string number, out string property))
            {
                continue;
            }
            string name = type + number;
            if (!sensors.TryGetValue(name, out HwmonSensor? sensor))
            {
                sensors[name] = sensor = new HwmonSensor(type, name);
            }
            sensor.Properties[property] = (folder, file);
        }
    }
}
