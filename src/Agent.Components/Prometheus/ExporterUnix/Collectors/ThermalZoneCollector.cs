namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Temperatures and cooling devices, from /sys/class/thermal.</summary>
internal sealed class ThermalZoneCollector : IUnixCollector
{
    private const string ZonePrefix = "thermal_zone";
    private const string CoolingPrefix = "cooling_device";
    private static readonly Family Temperature = Family.Gauge(
        "node_thermal_zone_temp", "Zone temperature in Celsius", "zone", "type");
    private static readonly Family Current = Family.Gauge(
        "node_cooling_device_cur_state", "Current throttle state of the cooling device", "name", "type");
    private static readonly Family Maximum = Family.Gauge(
        "node_cooling_device_max_state", "Maximum throttle state of the cooling device", "name", "type");

    public void Collect(CollectorScrape scrape)
    {
        string folder = scrape.Files.Sys("class/thermal");
        foreach (string name in scrape.Files.Names(folder, ZonePrefix))
        {
            string zone = Path.Join(folder, name);
            scrape.Output.Write(
                Temperature, (HostFiles.Number(zone, "temp") ?? 0) / 1000.0, name[ZonePrefix.Length..],
                HostFiles.Text(zone, "type") ?? "");
        }
        foreach (string name in scrape.Files.Names(folder, CoolingPrefix))
        {
            string device = Path.Join(folder, name);
            // Drivers answer EINVAL while a state cannot be told.
            string type = HostFiles.RequiredText(Path.Join(device, "type"));
            string label = name[CoolingPrefix.Length..];
            scrape.Output.Write(Current, HostFiles.Number(device, "cur_state") ?? 0, label, type);
            scrape.Output.Write(Maximum, HostFiles.RequiredNumber(device, "max_state"), label, type);
        }
    }
}
