using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>A connection, over TCP or to a Unix socket, and the dialogue on it.</summary>
internal sealed record StreamProbeOptions
{
    public AddressOptions Address { get; init; } = AddressOptions.Default;

    public string SourceAddress { get; init; } = "";

    public IReadOnlyList<QueryStep> QueryResponse { get; init; } = [];

    public bool Tls { get; init; }

    public ProbeTlsOptions TlsConfig { get; init; } = new();
}

/// <summary>One step of a dialogue: what is waited for, then what is sent, then whether TLS begins.</summary>
internal sealed record QueryStep
{
    /// <summary>Lines are read until one matches.</summary>
    public Pattern? Expect { get; init; }

    public byte[] ExpectBytes { get; init; } = [];

    /// <summary>Labels of probe_expect_info, filled from what matched.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>Sent with a line end; behind <see cref="Expect"/> it may name what matched.</summary>
    public byte[] Send { get; init; } = [];

    public bool StartTls { get; init; }
}
