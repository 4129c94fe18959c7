namespace Agent.Components.Prometheus.ExporterUnix.Ethtool;

/// <summary>Link modes as the ioctl of old tells them, which ends at bit 31; numbers as in linux/ethtool.h.</summary>
internal static class EthtoolModes
{
    private const int Autonegotiation = 6;
    private const int Pause = 13;
    private const int AsymmetricPause = 14;

    // Megabits in bytes, as the speeds of the netclass collector.
    private const double Megabit = 1_000_000 / 8.0;

    private static readonly Family Port = Family.Gauge(
        "node_network_supported_port_info", "Type of ports or PHYs supported by network device", "device", "type");
    private static readonly Family Negotiates = Family.Gauge(
        "node_network_autonegotiate", "If this port is using autonegotiate", "device");
    private static readonly Side Supported = new("supported", "supports", "supported", "frames");
    private static readonly Side Advertised = new("advertised", "offers", "offered", "capability");
    private static readonly (int Bit, string Name)[] Ports =
        [(7, "TP"), (8, "AUI"), (9, "MII"), (10, "FIBRE"), (11, "BNC"), (16, "Backplane")];

    private static readonly (int Bit, int Speed, string Duplex, string Mode)[] Modes =
    [
        (0, 10, "half", "10baseT"), (1, 10, "full", "10baseT"), (2, 100, "half", "100baseT"), (3, 100, "full", "100baseT"),
        (4, 1000, "half", "1000baseT"), (5, 1000, "full", "1000baseT"), (12, 10000, "full", "10000baseT"),
        (15, 2500, "full", "2500baseT"), (17, 1000, "full", "1000baseKX"), (18, 10000, "full", "10000baseKX4"),
        (19, 10000, "full", "10000baseKR"), (20, 10000, "full", "10000baseR_FEC"), (21, 20000, "full", "20000baseMLD2"),
        (22, 20000, "full", "20000baseKR2"), (23, 40000, "full", "40000baseKR4"), (24, 40000, "full", "40000baseCR4"),
        (25, 40000, "full", "40000baseSR4"), (26, 40000, "full", "40000baseLR4"), (27, 56000, "full", "56000baseKR4"),
        (28, 56000, "full", "56000baseCR4"), (29, 56000, "full", "56000baseSR4"), (30, 56000, "full", "56000baseLR4"),
        (31, 25000, "full", "25000baseCR"),
    ];

    public static void Write(string device, EthtoolLink link, FamilyWriter output)
    {
        Write(Supported, device, link.Supported, output);
        foreach ((int bit, string name) in Ports)
        {
            if (Has(link.Supported, bit))
            {
                output.Write(Port, 1, device, name);
            }
        }
        Write(Advertised, device, link.Advertised, output);
        output.Write(Negotiates, link.Negotiates ? 1 : 0, device);
    }

    private static void Write(Side side, string device, uint modes, FamilyWriter output)
    {
        foreach ((int bit, int speed, string duplex, string mode) in Modes)
        {
            if (Has(modes, bit))
            {
                output.Write(side.Speed, speed * Megabit, device, duplex, mode);
            }
        }
        output.Write(side.Autonegotiation, Has(modes, Autonegotiation) ? 1 : 0, device);
        output.Write(side.Pause, Has(modes, Pause) ? 1 : 0, device);
        output.Write(side.AsymmetricPause, Has(modes, AsymmetricPause) ? 1 : 0, device);
    }

    private static bool Has(uint modes, int bit) => (modes & (1u << bit)) != 0;

    /// <summary>Families of what a port can do, or of what it offers to the other side.</summary>
    private sealed class Side(string word, string verb, string source, string pause)
    {
        public Family Speed { get; } = Family.Gauge(
            $"node_network_{word}_speed_bytes", $"Combination of speeds and features {source} by network device", "device", "duplex", "mode");

        public Family Autonegotiation { get; } = Family.Gauge(
            $"node_network_autonegotiate_{word}", $"If this port device {verb} autonegotiate", "device");

        public Family Pause { get; } = Family.Gauge($"node_network_pause_{word}", $"If this port device {verb} pause {pause}", "device");

        public Family AsymmetricPause { get; } = Family.Gauge(
            $"node_network_asymmetricpause_{word}", $"If this port device {verb} asymmetric pause {pause}", "device");
    }
}
