using Agent.Sdk.Declarations;

namespace Agent.Components.Common.Http;

/// <summary>Settings of Alloy's gRPC server.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>Address that the server listens on.</summary>
    public string ListenAddress { get; init; } = "";

    /// <summary>Port that the server listens on.</summary>
    public int ListenPort { get; init; }

    /// <summary>Most connections at a time; 0 sets no limit.</summary>
    public int ConnLimit { get; init; }

    /// <summary>Longest life of a connection.</summary>
    public TimeSpan MaxConnectionAge { get; init; } = TimeSpan.MaxValue;

    /// <summary>Time to finish beyond the longest life of a connection.</summary>
    public TimeSpan MaxConnectionAgeGrace { get; init; } = TimeSpan.MaxValue;

    /// <summary>Longest time a connection may stay idle.</summary>
    public TimeSpan MaxConnectionIdle { get; init; } = TimeSpan.MaxValue;

    /// <summary>Longest message received, in bytes.</summary>
    public int ServerMaxRecvMsgSize { get; init; } = 4 << 20;

    /// <summary>Longest message sent, in bytes.</summary>
    public int ServerMaxSendMsgSize { get; init; } = 4 << 20;

    /// <summary>Most streams of a connection.</summary>
    public int ServerMaxConcurrentStreams { get; init; } = 100;

    /// <summary>Serves over TLS.</summary>
    [Block] public TlsServerOptions? Tls { get; init; }
}
