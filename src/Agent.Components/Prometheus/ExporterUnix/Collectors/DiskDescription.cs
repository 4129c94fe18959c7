using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>What udev knows of a disk: model, serial, file system, device mapper, ATA features.</summary>
internal sealed class DiskDescription
{
    private static readonly Family Info = Family.Gauge(
        "node_disk_info", "Info of /sys/block/<block_device>.",
        "device", "major", "minor", "path", "wwn", "model", "serial", "revision", "rotational");
    private static readonly Family Filesystem = Family.Gauge(
        "node_disk_filesystem_info", "Info about disk filesystem.", "device", "type", "usage", "uuid", "version");
    private static readonly Family DeviceMapper = Family.Gauge(
        "node_disk_device_mapper_info", "Info about disk device mapper.",
        "device", "name", "uuid", "vg_name", "lv_name", "lv_layer");
    private static readonly (string Property, Family Family)[] Ata =
    [
        ("ID_ATA_WRITE_CACHE", Family.Gauge("node_disk_ata_write_cache", "ATA disk has a write cache.", "device")),
        ("ID_ATA_WRITE_CACHE_ENABLED", Family.Gauge(
            "node_disk_ata_write_cache_enabled", "ATA disk has its write cache enabled.", "device")),
        ("ID_ATA_ROTATION_RATE_RPM", Family.Gauge(
            "node_disk_ata_rotation_rate_rpm", "ATA disk rotation rate in RPMs (0 for SSDs).", "device")),
    ];

    // Disks come and go: beyond this many the descriptions are read anew.
    private const int Limit = 1024;
    private readonly Dictionary<string, ParsedContent<Dictionary<string, string>>> _known = new(StringComparer.Ordinal);

    public void Collect(string device, (string Major, string Minor) number, CollectorScrape scrape)
    {
        Dictionary<string, string> udev = Udev(device, Path.Join(scrape.Files.Paths.UdevData, $"b{number.Major}:{number.Minor}"), scrape.Files);
        string Of(string property) => udev.GetValueOrDefault(property, "");
        // The serial on the label, else udev's own, else what virtio disks have.
        string serial = Of("SCSI_IDENT_SERIAL") is { Length: > 0 } label ? label
            : Of("ID_SERIAL_SHORT") is { Length: > 0 } shorter ? shorter : Of("ID_SERIAL");
        bool rotates = HostFiles.Number(scrape.Files.Sys($"block/{device}/queue/rotational")) is 1;
        scrape.Output.Write(
            Info, 1, device, number.Major, number.Minor, Of("ID_PATH"), Of("ID_WWN"), Of("ID_MODEL"), serial, Of("ID_REVISION"),
            rotates ? "1" : "0");
        if (Of("ID_FS_TYPE").Length > 0)
        {
            scrape.Output.Write(
                Filesystem, 1, device, Of("ID_FS_TYPE"), Of("ID_FS_USAGE"), Of("ID_FS_UUID"), Of("ID_FS_VERSION"));
        }
        if (Of("DM_NAME").Length > 0)
        {
            scrape.Output.Write(
                DeviceMapper, 1, device, Of("DM_NAME"), Of("DM_UUID"), Of("DM_VG_NAME"), Of("DM_LV_NAME"), Of("DM_LV_LAYER"));
        }
        if (Of("ID_ATA").Length > 0)
        {
            foreach ((string property, Family family) in Ata)
            {
                if (TextScan.TryNumber(Encoding.ASCII.GetBytes(Of(property)), out double value))
                {
                    scrape.Output.Write(family, value, device);
                }
            }
        }
    }

    private Dictionary<string, string> Udev(string device, string path, HostFiles files)
    {
        if (!files.TryRead(path, out ReadOnlySpan<byte> text))
        {
            return [];
        }
        if (!_known.TryGetValue(device, out ParsedContent<Dictionary<string, string>>? known))
        {
            if (_known.Count >= Limit)
            {
                _known.Clear();
            }
            _known[device] = known = new ParsedContent<Dictionary<string, string>>(Parse);
        }
        return known.Of(text);
    }

    /// <summary>Lines such as "E:ID_MODEL=…" of udev's data file.</summary>
    private static Dictionary<string, string> Parse(ReadOnlySpan<byte> text)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            int equals = line.IndexOf((byte)'=');
            if (equals > 0 && line.StartsWith("E:"u8))
            {
                properties[Encoding.UTF8.GetString(line[2..equals])] = Encoding.UTF8.GetString(line[(equals + 1)..].TrimEnd((byte)'\r'));
            }
        }
        return properties;
    }
}
