using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Wireless devices, their networks and stations, asked of nl80211 over netlink.</summary>
internal sealed class WifiCollector : IUnixCollector
{
    private const byte GetDevices = 5;
    private const byte GetStations = 17;
    private const byte GetScan = 32;
    private const ushort DeviceAttribute = 3;
    private static readonly Family Frequency = Family.Gauge(
        "node_wifi_interface_frequency_hertz", "The current frequency a WiFi interface is operating at, in hertz.", "device");
    private static readonly Family Info = Family.Gauge(
        "node_wifi_station_info", "Labeled WiFi interface station information as provided by the operating system.",
        "device", "bssid", "ssid", "mode");
    private static readonly Family Connected = Counter(
        "connected_seconds_total", "The total number of seconds a station has been connected to an access point.");
    private static readonly Family Inactive = Gauge(
        "inactive_seconds", "The number of seconds since any wireless activity has occurred on a station.");
    private static readonly Family ReceiveRate = Gauge(
        "receive_bits_per_second", "The current WiFi receive bitrate of a station, in bits per second.");
    private static readonly Family TransmitRate = Gauge(
        "transmit_bits_per_second", "The current WiFi transmit bitrate of a station, in bits per second.");
    private static readonly Family ReceivedBytes = Counter(
        "receive_bytes_total", "The total number of bytes received by a WiFi station.");
    private static readonly Family TransmittedBytes = Counter(
        "transmit_bytes_total", "The total number of bytes transmitted by a WiFi station.");
    private static readonly Family Signal = Gauge(
        "signal_dbm", "The current WiFi signal strength, in decibel-milliwatts (dBm).");
    private static readonly Family Retries = Counter(
        "transmit_retries_total", "The total number of times a station has had to retry while sending a packet.");
    private static readonly Family Failed = Counter(
        "transmit_failed_total", "The total number of times a station has failed to send a packet.");
    private static readonly Family BeaconLoss = Counter(
        "beacon_loss_total", "The total number of times a station has detected a beacon loss.");
    private static readonly Family TransmittedPackets = Counter(
        "transmitted_packets_total", "The total number of packets transmitted by a station.");
    private static readonly Family ReceivedPackets = Counter(
        "received_packets_total", "The total number of packets received by a station.");

    private readonly byte[] _buffer = new byte[NetlinkSocket.BufferSize];
    private readonly List<WifiDevice> _devices = [];

    public void Collect(CollectorScrape scrape)
    {
        using GenericNetlink? netlink = GenericNetlink.Open("nl80211", _buffer);
        if (netlink is null)
        {
            scrape.NoData("the kernel has no wireless devices");
            return;
        }
        _devices.Clear();
        Check(netlink.Dump(GetDevices, null, (_, payload) => _devices.Add(WifiMessages.Device(payload, scrape.Names))), "list wireless devices");
        foreach (WifiDevice device in _devices)
        {
            // Virtual devices such as those for peer-to-peer discovery have no name.
            if (device.Name.Length == 0)
            {
                continue;
            }
            scrape.Output.Write(Frequency, device.Megahertz * 1e6, device.Name);
            bool written = false;
            Check(
                netlink.Dump(GetScan, (DeviceAttribute, device.Index), (_, payload) =>
                {
                    if (!written && WifiMessages.Network(payload) is { } network)
                    {
                        written = true;
                        Write(device.Name, network, scrape.Output);
                    }
                }),
                $"ask for the network of {device.Name}");
            Check(
                netlink.Dump(
                    GetStations, (DeviceAttribute, device.Index),
                    (_, payload) => Write(device.Name, WifiMessages.Station(payload), scrape.Output)),
                $"ask for the stations of {device.Name}");
        }
    }

    internal static void Write(string device, WifiNetwork network, FamilyWriter output) =>
        output.Write(Info, 1, device, network.Address, network.Name, network.Mode);

    internal static void Write(string device, in WifiStation station, FamilyWriter output)
    {
        string address = station.Address;
        output.Write(Connected, station.ConnectedSeconds, device, address);
        output.Write(Inactive, station.InactiveSeconds, device, address);
        output.Write(ReceiveRate, station.ReceiveRate, device, address);
        output.Write(TransmitRate, station.TransmitRate, device, address);
        output.Write(ReceivedBytes, station.ReceivedBytes, device, address);
        output.Write(TransmittedBytes, station.TransmittedBytes, device, address);
        output.Write(Signal, station.Signal, device, address);
        output.Write(Retries, station.Retries, device, address);
        output.Write(Failed, station.Failed, device, address);
        output.Write(BeaconLoss, station.BeaconLoss, device, address);
        output.Write(TransmittedPackets, station.TransmittedPackets, device, address);
        output.Write(ReceivedPackets, station.ReceivedPackets, device, address);
    }

    /// <summary>A device that goes away or does not offer something is no error.</summary>
    private static void Check(int error, string what)
    {
        if (error is not (0 or NetlinkSocket.NoEntry or NetlinkSocket.NotSupported))
        {
            throw new CollectorException($"cannot {what}: {NetlinkSocket.Describe(error)}");
        }
    }

    private static Family Gauge(string name, string help) => Family.Gauge("node_wifi_station_" + name, help, "device", "mac_address");

    private static Family Counter(string name, string help) => Family.Counter("node_wifi_station_" + name, help, "device", "mac_address");
}
