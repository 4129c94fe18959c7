using Agent.Components.Common;
using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.PodTails;
using Agent.Sdk;
using Agent.Sdk.Access;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceKubernetes;

/// <summary>Reads the logs of Kubernetes containers and follows them: over the API, or in files of the own node where those can be read.</summary>
/// <example>loki.source.kubernetes "pods" {
///   targets    = [{
///     __meta_kubernetes_namespace          = "shop",
///     __meta_kubernetes_pod_name           = "web-0",
///     __meta_kubernetes_pod_container_name = "web",
///     __meta_kubernetes_pod_uid            = "00000000-0000-0000-0000-000000000000",
///   }]
///   forward_to = []
/// }</example>
[Component("loki.source.kubernetes")]
public sealed partial class LokiSourceKubernetes(ComponentContext context) : IComponent<LokiSourceKubernetes.Arguments>, IDebuggable, IKubernetesUser
{
    private readonly ILogger _logger = context.Logger;
    private volatile PodTailPlan? _plan;
    private volatile PodTailRun? _run;

    public sealed record Arguments : IValidated
    {
        /// <summary>
        /// Containers to read. Each says by `__pod_namespace__`, `__pod_name__`, `__pod_container_name__` and `__pod_uid__` which one it is, or by
        /// the labels that `discovery.kubernetes` gives to pods.
        /// </summary>
        public required ValueList<Target> Targets { get; init; }

        /// <summary>Where to send entries.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Reads containers of the own node from the files of the kubelet, where they can be read, instead of over the API.</summary>
        public bool PreferFiles { get; init; } = true;

        /// <summary>Where the kubelet's files of container logs are found.</summary>
        public string PodLogsPath { get; init; } = "/var/log/pods";

        /// <summary>How the API server is connected to.</summary>
        [Block] public KubernetesClientOptions Client { get; init; } = new();

        /// <summary>Shares targets among the agents of a cluster.</summary>
        [Block] public LogClusteringOptions? Clustering { get; init; }

        public void Validate(ValidationContext context)
        {
            if (Clustering is { Enabled: true })
            {
                context.Warn("clustering", "there is no clustering: this agent reads all the targets it is given");
            }
        }
    }

    public static IEnumerable<AccessRule> Access(AccessQuery query) => PodTailAccess.OfTargets(query);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        var targets = new List<PodTarget>(arguments.Targets.Count);
        foreach (Target target in arguments.Targets)
        {
            if (PodTarget.Of(target.Labels, target.Labels, (context.Id, KeepsMeta: false), out string error) is { } found)
            {
                targets.Add(found);
            }
            else
            {
                LogRefused(target.Labels.ToString(), error);
            }
        }
        var plan = new PodTailPlan
        {
            Targets = targets,
            Consumer = LogFanOut.Of(arguments.ForwardTo),
            Client = arguments.Client,
            Folder = arguments.PreferFiles ? arguments.PodLogsPath : "",
        };
        _plan = plan;
        _run?.Apply(plan);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        // An earlier run failed; what was delivered since counts.
        if (_run is { } failed)
        {
            await failed.DisposeAsync();
        }
        var run = new PodTailRun(context, "loki_source_kubernetes");
        _run = run;
        run.Apply(_plan!);
        await run.RunAsync(stop);
    }

    /// <summary>Saves what was delivered after the last line was read: sinks may have gone on for a while.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;

    public Value DebugState() => _run is { } run
        ? context.Memory.Describe(new(StringComparer.Ordinal) { ["target"] = run.DebugTargets() })
        : Value.Null;

    [LoggerMessage(LogLevel.Error, "cannot read the target {Target}: {Cause}")]
    private partial void LogRefused(string target, string cause);
}
