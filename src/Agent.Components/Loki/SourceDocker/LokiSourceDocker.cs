using Agent.Components.Common.Docker;
using Agent.Components.Common.Http;
using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>Reads the logs of Docker containers from the daemon and follows them.</summary>
/// <example>loki.source.docker "default" {
///   host       = "unix:///var/run/docker.sock"
///   targets    = [{__meta_docker_container_id = "f8e1a2b3c4d5"}]
///   labels     = {app = "docker"}
///   forward_to = []
/// }</example>
[Component("loki.source.docker")]
public sealed partial class LokiSourceDocker(ComponentContext context) : IComponent<LokiSourceDocker.Arguments>, IDebuggable
{
    private volatile Arguments? _arguments;
    private volatile SourceDockerRun? _run;

    public sealed record Arguments : IValidated
    {
        /// <summary>Address of the daemon: `unix:///path`, `tcp://host:port`, or a URL.</summary>
        public required string Host { get; init; }

        /// <summary>Containers to read, by their label `__meta_docker_container_id`.</summary>
        public required ValueList<Target> Targets { get; init; }

        /// <summary>Where to send entries.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Labels of every entry; they win over those of the targets.</summary>
        public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

        /// <summary>Rules for the labels of targets; `__meta_docker_container_log_stream` is the output, `stdout` or `stderr`.</summary>
        public RelabelRules RelabelRules { get; init; } = RelabelRules.Empty;

        /// <summary>How the daemon is connected to over the network; of no effect on a Unix socket.</summary>
        [Block] public HttpClientOptions HttpClientConfig { get; init; } = new();

        /// <summary>Over the network, time of silence after which a container's log is asked for again.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(60);

        internal DockerAddress? Address => DockerAddress.Parse(Host, HttpClientConfig.TlsConfig != new TlsClientOptions());

        public void Validate(ValidationContext context)
        {
            if (Address is null)
            {
                context.Error(
                    "host", $"failed to parse Docker host \"{Host}\"", "write unix:///var/run/docker.sock, tcp://host:2375, or an http or https URL");
            }
            if (RefreshInterval <= TimeSpan.Zero)
            {
                context.Error("refresh_interval", "refresh_interval must be positive");
            }
        }
    }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        _run?.Apply(arguments);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        // An earlier run failed; what was delivered since counts.
        if (_run is { } failed)
        {
            await failed.DisposeAsync();
        }
        SourceDockerRun run = SourceDockerRun.Open(context);
        _run = run;
        run.Apply(_arguments!);
        await run.RunAsync(stop);
    }

    /// <summary>Saves what was delivered after the last line was read: sinks may have gone on for a while.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;

    public Value DebugState() => _run?.DebugState() ?? Value.Null;
}
