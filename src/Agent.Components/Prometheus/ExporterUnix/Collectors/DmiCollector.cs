namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Make and model of the machine, from /sys/class/dmi/id. Some files are for root only.</summary>
internal sealed class DmiCollector : IUnixCollector
{
    private const string Help =
        "A metric with a constant '1' value labeled by bios_date, bios_release, bios_vendor, bios_version, "
        + "board_asset_tag, board_name, board_serial, board_vendor, board_version, chassis_asset_tag, "
        + "chassis_serial, chassis_vendor, chassis_version, product_family, product_name, product_serial, "
        + "product_sku, product_uuid, product_version, system_vendor if provided by DMI.";

    private static readonly string[] Files =
    [
        "bios_date", "bios_release", "bios_vendor", "bios_version", "board_asset_tag", "board_name", "board_serial", "board_vendor",
        "board_version", "chassis_asset_tag", "chassis_serial", "chassis_vendor", "chassis_version", "product_family", "product_name",
        "product_serial", "product_sku", "product_uuid", "product_version", "sys_vendor",
    ];

    // Neither changes before the next boot.
    private Family? _family;
    private string[] _values = [];

    public void Collect(CollectorScrape scrape)
    {
        _family ??= Read(scrape.Files.Sys("class/dmi/id"));
        if (_values.Length == 0)
        {
            scrape.NoData("the machine has no DMI");
            return;
        }
        scrape.Output.Write(_family, 1, _values);
    }

    private Family Read(string folder)
    {
        var labels = new List<string>();
        var values = new List<string>();
        foreach (string file in Files)
        {
            if (HostFiles.Text(folder, file) is { } value)
            {
                labels.Add(file == "sys_vendor" ? "system_vendor" : file);
                values.Add(value);
            }
        }
        _values = [.. values];
        return Family.Gauge("node_dmi_info", Help, [.. labels]);
    }
}
