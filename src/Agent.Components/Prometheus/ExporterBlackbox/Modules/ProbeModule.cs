namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>The kinds of probes, named as a module's <c>prober</c> names them.</summary>
internal enum ProbeKind
{
    Http,
    Tcp,
    Icmp,
    Dns,
    Grpc,
    Unix,
}

/// <summary>One module of a blackbox configuration: a way to probe any target.</summary>
internal sealed record ProbeModule(string Name, ProbeKind Kind)
{
    /// <summary>Longest time of a probe; zero leaves it to the scrape.</summary>
    public TimeSpan Timeout { get; init; }

    public HttpProbeOptions Http { get; init; } = new();

    public StreamProbeOptions Tcp { get; init; } = new();

    public StreamProbeOptions Unix { get; init; } = new();

    public IcmpProbeOptions Icmp { get; init; } = new();

    public DnsProbeOptions Dns { get; init; } = new();

    public GrpcProbeOptions Grpc { get; init; } = new();
}

/// <summary>Which of a host's addresses is probed.</summary>
/// <param name="PrefersIPv4">IPv4 first instead of IPv6.</param>
/// <param name="FallsBack">The other kind where the host has none of the preferred one.</param>
internal sealed record AddressOptions(bool PrefersIPv4, bool FallsBack)
{
    public static AddressOptions Default { get; } = new(false, true);
}

internal sealed record IcmpProbeOptions
{
    public const int DefaultTtl = 64;

    public AddressOptions Address { get; init; } = AddressOptions.Default;

    public string SourceAddress { get; init; } = "";

    /// <summary>Bytes of payload; 0 sends the usual text alone.</summary>
    public int PayloadSize { get; init; }

    public bool DontFragment { get; init; }

    /// <summary>Hops that a request may take; 0 leaves it to the system.</summary>
    public int Ttl { get; init; } = DefaultTtl;
}

internal sealed record GrpcProbeOptions
{
    public AddressOptions Address { get; init; } = AddressOptions.Default;

    /// <summary>Service whose health is asked for; the whole server's where empty.</summary>
    public string Service { get; init; } = "";

    public bool Tls { get; init; }

    public ProbeTlsOptions TlsConfig { get; init; } = new();

    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];
}
