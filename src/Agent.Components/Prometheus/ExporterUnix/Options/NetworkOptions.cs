using Agent.Sdk;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Which devices `arp` reports.</summary>
public sealed record ArpOptions
{
    /// <summary>Devices to leave out.</summary>
    public Pattern? DeviceExclude { get; init; }

    /// <summary>Devices to report.</summary>
    public Pattern? DeviceInclude { get; init; }

    /// <summary>Whether to ask the kernel through netlink in place of reading `/proc/net/arp`.</summary>
    public bool Netlink { get; init; }
}

/// <summary>What `ethtool` reports.</summary>
public sealed record EthtoolOptions
{
    /// <summary>Devices to leave out.</summary>
    public Pattern? DeviceExclude { get; init; }

    /// <summary>Devices to report.</summary>
    public Pattern? DeviceInclude { get; init; }

    /// <summary>Statistics to report.</summary>
    public Pattern MetricsInclude { get; init; } = Pattern.Parse(".*");
}

/// <summary>Which labels `ipvs` gives to real servers.</summary>
public sealed record IpvsOptions
{
    /// <summary>Labels of the statistics of real servers.</summary>
    public ValueList<string> BackendLabels { get; init; } =
        ["local_address", "local_port", "remote_address", "remote_port", "proto", "local_mark"];
}

/// <summary>Which devices `netclass` reports.</summary>
public sealed record NetclassOptions
{
    /// <summary>Whether to leave out the speed of devices that report an invalid one.</summary>
    public bool IgnoreInvalidSpeedDevice { get; init; }

    /// <summary>Devices to leave out.</summary>
    public Pattern IgnoredDevices { get; init; } = Pattern.Parse("^$");
}

/// <summary>Which devices `netdev` reports.</summary>
public sealed record NetdevOptions
{
    /// <summary>Whether to report the addresses of each device.</summary>
    public bool AddressInfo { get; init; }

    /// <summary>Devices to leave out.</summary>
    public Pattern? DeviceExclude { get; init; }

    /// <summary>Devices to report.</summary>
    public Pattern? DeviceInclude { get; init; }
}

/// <summary>Which counters `netstat` reports.</summary>
public sealed record NetstatOptions
{
    /// <summary>Counters to report.</summary>
    public Pattern Fields { get; init; } = Pattern.Parse(
        "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*"
        + "|TCPSynRetrans|TCPTimeouts)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)"
        + "|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$");
}

/// <summary>How `ntp` asks for the time.</summary>
public sealed record NtpOptions
{
    /// <summary>Server to ask.</summary>
    public string Server { get; init; } = "127.0.0.1";

    /// <summary>Version of the protocol.</summary>
    public int ProtocolVersion { get; init; } = 4;

    /// <summary>Whether the server's address is certainly no public server's.</summary>
    public bool ServerIsLocal { get; init; }

    /// <summary>Time to live of the packets sent.</summary>
    public int IpTtl { get; init; } = 1;

    /// <summary>Longest distance to the root clock.</summary>
    public TimeSpan MaxDistance { get; init; } = TimeSpan.FromMicroseconds(3_466_080);

    /// <summary>Tolerated difference between the local clock and the local daemon's.</summary>
    public TimeSpan LocalOffsetTolerance { get; init; } = TimeSpan.FromMilliseconds(1);
}
