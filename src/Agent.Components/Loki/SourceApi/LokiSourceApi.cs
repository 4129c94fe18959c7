using Agent.Components.Common.Http;
using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceApi;

/// <summary>Receives log entries over HTTP, as Loki's push API and as plain lines.</summary>
/// <example>
/// loki.source.api "default" {
///     http {
///         listen_address = "127.0.0.1"
///         listen_port    = 9999
///     }
///     forward_to = []
/// }
/// </example>
/// <remarks>
/// A request is answered when all receivers have taken its entries; while they do not, it waits, and with it the sender. Requests
/// that outlast the write timeout or the component are answered with 503, so that the sender tries again.
/// </remarks>
[Component("loki.source.api")]
public sealed partial class LokiSourceApi : IComponent<LokiSourceApi.Arguments>
{
    private const long DefaultMaxMessage = 100 << 20;

    private readonly PushRoutes _routes;
    private readonly ListenerRun _listener;

    public LokiSourceApi(ComponentContext context)
    {
        var metrics = new ServerMetrics(context, "loki_source_api");
        _routes = new PushRoutes(context, metrics);
        _listener = new ListenerRun(context, metrics.Connections, _routes.HandleAsync);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Receivers of the entries.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Labels that all entries get.</summary>
        public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

        /// <summary>Rules that change the labels of pushed entries before they are forwarded.</summary>
        public RelabelRules RelabelRules { get; init; } = RelabelRules.Empty;

        /// <summary>Whether entries keep the timestamp that they were sent with; else they get the time of arrival.</summary>
        public bool UseIncomingTimestamp { get; init; }

        /// <summary>Longest request, before and after decompression; 0 means 100 MiB.</summary>
        public ByteSize MaxSendMessageSize { get; init; } = new(DefaultMaxMessage);

        /// <summary>Longest time to finish requests in progress when the server's settings change.</summary>
        public TimeSpan GracefulShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

        /// <summary>The HTTP server.</summary>
        [Block] public HttpServerOptions Http { get; init; } = new();

        /// <summary>Alloy's gRPC server.</summary>
        [Block]
        [NotHonoured("entries are received over HTTP only")]
        public GrpcServerOptions? Grpc { get; init; }

        internal long MaxMessage => MaxSendMessageSize.Bytes > 0 ? Math.Min(MaxSendMessageSize.Bytes, Array.MaxLength) : DefaultMaxMessage;

        public void Validate(ValidationContext context)
        {
            if (GracefulShutdownTimeout < TimeSpan.Zero)
            {
                context.Error("graceful_shutdown_timeout", "cannot use graceful_shutdown_timeout: it is negative");
            }
        }
    }

    /// <summary>The port that the server listens on; 0 while it does not.</summary>
    public int ListenPort => _listener.Port;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _routes.Settings = new PushSettings(arguments);
        _listener.Apply(new ListenerSettings(arguments.Http, arguments.MaxMessage, arguments.GracefulShutdownTimeout));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => _listener.RunAsync(stop);

    public ValueTask DisposeAsync()
    {
        _routes.Dispose();
        return ValueTask.CompletedTask;
    }
}
