using Agent.Components.Common.GoTime;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>The system's time and time zone, and its clock sources.</summary>
internal sealed class TimeCollector : IUnixCollector
{
    private static readonly Family Now = Family.Gauge("node_time_seconds", "System time in seconds since epoch (1970).");
    private static readonly Family Zone = Family.Gauge(
        "node_time_zone_offset_seconds", "System time zone offset in seconds.", "time_zone");
    private static readonly Family Available = Family.Gauge(
        "node_time_clocksource_available_info", "Available clocksources read from '/sys/devices/system/clocksource'.",
        "device", "clocksource");
    private static readonly Family Current = Family.Gauge(
        "node_time_clocksource_current_info", "Current clocksource read from '/sys/devices/system/clocksource'.",
        "device", "clocksource");

    public void Collect(CollectorScrape scrape)
    {
        DateTimeOffset now = scrape.Time.GetUtcNow();
        scrape.Output.Write(Now, (now - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond);
        GoLocation location = GoLocation.TryLoad(scrape.Time.LocalTimeZone.Id, out GoLocation? local, out _) ? local : GoLocation.Utc;
        GoZone zone = location.At(now.ToUnixTimeSeconds());
        scrape.Output.Write(Zone, zone.Offset, zone.Name);
        string folder = scrape.Files.Sys("devices/system/clocksource");
        IReadOnlyList<string> sources = scrape.Files.Names(folder, "clocksource");
        for (int i = 0; i < sources.Count; i++)
        {
            string device = CpuRange.Name(i);
            string source = Path.Join(folder, sources[i]);
            foreach (string name in HostFiles.RequiredText(Path.Join(source, "available_clocksource"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                scrape.Output.Write(Available, 1, device, name);
            }
            scrape.Output.Write(Current, 1, device, HostFiles.RequiredText(Path.Join(source, "current_clocksource")));
        }
    }
}
