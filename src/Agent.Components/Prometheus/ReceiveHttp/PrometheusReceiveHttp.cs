using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.ReceiveHttp;

/// <summary>Receives metrics over HTTP, as Prometheus remote write of either version.</summary>
/// <example>
/// prometheus.receive_http "default" {
///     http {
///         listen_address = "127.0.0.1"
///         listen_port    = 9998
///     }
///     forward_to = []
/// }
/// </example>
/// <remarks>
/// A request is answered when all receivers have taken its samples; while they do not, it waits, and with it the sender. Requests
/// that outlast the write timeout or the component are answered with 503, so that the sender tries again.
/// </remarks>
[Component("prometheus.receive_http")]
public sealed class PrometheusReceiveHttp : IComponent<PrometheusReceiveHttp.Arguments>
{
    internal const string V1Message = "prometheus.WriteRequest";
    internal const string V2Message = "io.prometheus.write.v2.Request";

    private readonly ReceiveRoutes _routes;
    private readonly ListenerRun _listener;

    public PrometheusReceiveHttp(ComponentContext context)
    {
        var metrics = new ServerMetrics(context, "prometheus_receive_http");
        _routes = new ReceiveRoutes(context, metrics);
        _listener = new ListenerRun(context, metrics.Connections, _routes.HandleAsync);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Receivers of the metrics.</summary>
        public required ValueList<IMetricConsumer> ForwardTo { get; init; }

        /// <summary>Messages of remote write that are taken: prometheus.WriteRequest, io.prometheus.write.v2.Request.</summary>
        public ValueList<string> AcceptedRemoteWriteProtobufMessages { get; init; } = [V1Message];

        /// <summary>Whether what senders say of metrics (type, help, unit) is passed on.</summary>
        public bool AppendMetadata { get; init; }

        /// <summary>Whether type and unit of a metric become its labels __type__ and __unit__; version 2 only.</summary>
        public bool EnableTypeAndUnitLabels { get; init; }

        /// <summary>Longest time to finish requests in progress when the server's settings change.</summary>
        public TimeSpan GracefulShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

        /// <summary>The HTTP server.</summary>
        [Block] public HttpServerOptions Http { get; init; } = new();

        /// <summary>Alloy's gRPC server.</summary>
        [Block]
        [NotHonoured("metrics are received over HTTP only")]
        public GrpcServerOptions? Grpc { get; init; }

        public void Validate(ValidationContext context)
        {
            const string Name = "accepted_remote_write_protobuf_messages";
            if (AcceptedRemoteWriteProtobufMessages.Count == 0)
            {
                context.Error(Name, $"{Name} must not be empty");
            }
            foreach (string message in AcceptedRemoteWriteProtobufMessages)
            {
                if (message is not (V1Message or V2Message))
                {
                    context.Error(Name, $"unsupported protocol version \"{message}\": valid values are \"{V1Message}\" and \"{V2Message}\"");
                }
            }
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
        _routes.Settings = new ReceiveSettings(arguments);
        _listener.Apply(new ListenerSettings(arguments.Http, ReceiveSettings.MaxMessage, arguments.GracefulShutdownTimeout));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => _listener.RunAsync(stop);

    public ValueTask DisposeAsync()
    {
        _routes.Dispose();
        return ValueTask.CompletedTask;
    }
}
