using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.PodTails;
using Agent.Sdk;
using Agent.Sdk.Access;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>Reads the events of a Kubernetes cluster as log lines. Of several agents that run it, the one that they elect does.</summary>
/// <example>loki.source.kubernetes_events "default" {
///   namespaces = ["kube-system"]
///   forward_to = []
/// }</example>
[Component("loki.source.kubernetes_events")]
public sealed class LokiSourceKubernetesEvents(ComponentContext context) : IComponent<LokiSourceKubernetesEvents.Arguments>, IDebuggable, IKubernetesUser
{
    private volatile Arguments? _arguments;
    private volatile EventsRun? _run;

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send entries.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>The label `job` of the entries.</summary>
        public string JobName { get; init; } = "loki.source.kubernetes_events";

        /// <summary>Namespaces whose events are read; empty for all.</summary>
        public ValueList<string> Namespaces { get; init; } = ValueList<string>.Empty;

        /// <summary>How lines are written: `logfmt` or `json`.</summary>
        public EventLogFormat LogFormat { get; init; } = EventLogFormat.Logfmt;

        /// <summary>How the API server is connected to.</summary>
        [Block] public KubernetesClientOptions Client { get; init; } = new();

        /// <summary>Shares namespaces among the agents of a cluster.</summary>
        [Block] public LogClusteringOptions? Clustering { get; init; }

        /// <summary>How agents agree on which of them reads the events.</summary>
        [Block] public LeaderElectionOptions LeaderElection { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (JobName.Length == 0)
            {
                context.Error("job_name", "job_name must not be an empty string");
            }
            if (Clustering is { Enabled: true })
            {
                context.Warn("clustering", "there is no clustering: the agents elect the one that reads the events, see leader_election");
            }
        }
    }

    public sealed record LeaderElectionOptions
    {
        /// <summary>
        /// Whether agents elect one by a Lease; else each reads the events. Without the right to leases (get, create, update) each does as well.
        /// </summary>
        public bool Enabled { get; init; } = true;

        /// <summary>Name of the Lease; agents that use the same one are rivals. Empty for one that is made of the component's name.</summary>
        public string LeaseName { get; init; } = "";

        /// <summary>Namespace of the Lease; empty for that of the agent's pod.</summary>
        public string LeaseNamespace { get; init; } = "";
    }

    public static IEnumerable<AccessRule> Access(AccessQuery query) => EventAccess.Of(query, EventLeadership.NameOf(query.Id));

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
        var run = new EventsRun(context);
        _run = run;
        run.Apply(_arguments!);
        await run.RunAsync(stop);
    }

    /// <summary>Saves what was delivered after the last event was read: sinks may have gone on for a while.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;

    public Value DebugState() => _run?.DebugState() ?? Value.Null;
}
