using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Services under runit, from the file supervise/status of each.</summary>
internal sealed class RunitCollector(RunitOptions options) : IUnixCollector
{
    /// <summary>Time of the last change as TAI64N, process id, paused, wanted, terminating, state.</summary>
    private const int StatusSize = 20;
    private const int WantedOffset = 17;
    private const int StateOffset = 19;

    // TAI64 labels count from 2^62; TAI was 10 seconds ahead in 1970, and runit adds no leap seconds.
    private const long TaiEpoch = (1L << 62) + 10;
    private static readonly Family State = Of("state", "State of runit service.");
    private static readonly Family Desired = Of("desired_state", "Desired state of runit service.");
    private static readonly Family Normal = Of("normal_state", "Normal state of runit service.");
    private static readonly Family Changed = Of(
        "state_last_change_timestamp_seconds", "Unix timestamp of the last runit service state change.");

    public void Collect(CollectorScrape scrape)
    {
        if (!Directory.Exists(options.ServiceDir))
        {
            throw new CollectorException($"cannot read the services of runit: there is no folder {options.ServiceDir}");
        }
        foreach (string service in HostFiles.List(options.ServiceDir))
        {
            string folder = Path.Join(options.ServiceDir, service);
            // A service that nobody supervises has no status.
            if (!scrape.Files.TryRead(Path.Join(folder, "supervise/status"), out ReadOnlySpan<byte> status) || status.Length < StatusSize)
            {
                continue;
            }
            scrape.Output.Write(State, status[StateOffset], service, "runit");
            scrape.Output.Write(Desired, status[WantedOffset] == 'u' ? 1 : 0, service, "runit");
            scrape.Output.Write(Changed, BinaryPrimitives.ReadInt64BigEndian(status) - TaiEpoch, service, "runit");
            scrape.Output.Write(Normal, File.Exists(Path.Join(folder, "down")) ? 0 : 1, service, "runit");
        }
    }

    private static Family Of(string name, string help) => Family.Gauge("node_service_" + name, help, "service", "supervisor");
}
