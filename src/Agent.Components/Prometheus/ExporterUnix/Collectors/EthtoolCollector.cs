using Agent.Components.Prometheus.ExporterUnix.Ethtool;
using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Statistics, drivers and link modes of network devices, asked of their drivers.</summary>
internal sealed class EthtoolCollector(EthtoolOptions options) : IUnixCollector, IDisposable
{
    private static readonly Family Info = Family.Gauge(
        "node_ethtool_info",
        "A metric with a constant '1' value labeled by bus_info, device, driver, expansion_rom_version, firmware_version, version.",
        "bus_info", "device", "driver", "expansion_rom_version", "firmware_version", "version");

    private readonly DeviceFilter _filter = new(options.DeviceExclude, options.DeviceInclude);
    private readonly EthtoolStatistics _statistics = new(options.MetricsInclude);
    private EthtoolCalls? _calls;

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/net");
        if (!Directory.Exists(root))
        {
            scrape.NoData("there is no /sys/class/net");
            return;
        }
        EthtoolCalls calls = _calls ??= new EthtoolCalls();
        bool any = false;
        foreach (string device in HostFiles.List(root))
        {
            // bonding_masters is a file among the devices.
            if (!Directory.Exists(Path.Join(root, device)))
            {
                continue;
            }
            any = true;
            if (!_filter.Ignores(device))
            {
                Device(device, calls, scrape);
            }
        }
        if (!any)
        {
            throw new CollectorException("cannot ask network drivers: the machine has no network devices");
        }
    }

    public void Dispose() => _calls?.Dispose();

    internal static void Write(string device, EthtoolDriver driver, FamilyWriter output) =>
        output.Write(Info, 1, driver.Bus, device, driver.Name, driver.Rom, driver.Firmware, driver.Version);

    private void Device(string device, EthtoolCalls calls, CollectorScrape scrape)
    {
        if (Succeeds(calls.Link(device, out ReadOnlySpan<byte> link), (device, "link modes"), scrape))
        {
            EthtoolModes.Write(device, EthtoolAnswers.Link(link), scrape.Output);
        }
        if (!Succeeds(calls.Driver(device, out ReadOnlySpan<byte> answer), (device, "driver"), scrape))
        {
            return;
        }
        EthtoolDriver driver = EthtoolAnswers.Driver(answer, scrape.Names);
        Write(device, driver, scrape.Output);
        if (driver.Statistics == 0 || !Succeeds(calls.Names(device, driver.Statistics, out ReadOnlySpan<byte> names), (device, "statistics"), scrape))
        {
            return;
        }
        if (Succeeds(calls.Values(device, driver.Statistics, out ReadOnlySpan<byte> values), (device, "statistics"), scrape))
        {
            _statistics.Write(device, names, values, scrape);
        }
    }

    /// <summary>False where the driver refuses; a warning unless it just does not offer the thing.</summary>
    private static bool Succeeds(int error, (string Device, string What) asked, CollectorScrape scrape)
    {
        if (error is not (0 or EthtoolCalls.NotSupported or EthtoolCalls.NoDevice))
        {
            scrape.Warn($"cannot ask {asked.Device} for its {asked.What}: {NetlinkSocket.Describe(error)}");
        }
        return error == 0;
    }
}
