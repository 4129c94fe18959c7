using Agent.Components.Prometheus.ExporterUnix.Mountstats;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>NFS mounts of this process, from /proc/self/mountstats.</summary>
internal sealed class MountstatsCollector : IUnixCollector
{
    private readonly List<NfsMount> _mounts = [];
    private readonly List<string> _addresses = [];
    private readonly HashSet<(string, string, string, string)> _points = [];
    private readonly HashSet<(string, string, string)> _devices = [];

    public void Collect(CollectorScrape scrape)
    {
        NfsMountParser.Parse(scrape.Files.Read(scrape.Files.Proc("self/mountstats")), scrape.Names, _mounts);
        Addresses(scrape.Files.Read(scrape.Files.Proc("self/mountinfo")), scrape.Names);
        _points.Clear();
        _devices.Clear();
        foreach (NfsMount mount in _mounts)
        {
            // Both files list mounts in the same order.
            string address = mount.Index < _addresses.Count ? _addresses[mount.Index] : "";
            foreach (NfsTransport transport in mount.Transports)
            {
                if (_points.Add((mount.Device, transport.Protocol, address, mount.Point)))
                {
                    scrape.Output.Write(NfsFamilies.Info, 1, mount.Device, transport.Protocol, address, mount.Point);
                }
                // Mounts of one export share their counters.
                if (!_devices.Add((mount.Device, transport.Protocol, address)))
                {
                    break;
                }
                NfsFamilies.Write(mount, transport.Protocol, address, scrape.Output);
            }
        }
    }

    /// <summary>The option addr= of each mount's file system, empty where it has none.</summary>
    private void Addresses(ReadOnlySpan<byte> text, NameCache names)
    {
        _addresses.Clear();
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            ReadOnlySpan<byte> options = line[(line.LastIndexOf((byte)' ') + 1)..];
            ReadOnlySpan<byte> address = default;
            foreach (Range range in options.Split((byte)','))
            {
                ReadOnlySpan<byte> option = options[range];
                address = option.StartsWith("addr="u8) ? option["addr=".Length..] : address;
            }
            _addresses.Add(names[address]);
        }
    }
}
