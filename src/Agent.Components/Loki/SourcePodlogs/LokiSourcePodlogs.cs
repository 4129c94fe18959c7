using Agent.Components.Common;
using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.PodTails;
using Agent.Sdk;
using Agent.Sdk.Access;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourcePodlogs;

/// <summary>Reads the logs of the pods that PodLogs resources of the cluster select.</summary>
/// <example>loki.source.podlogs "default" {
///   forward_to = []
///   node_filter {
///     enabled = true
///   }
/// }</example>
[Component("loki.source.podlogs")]
public sealed class LokiSourcePodlogs(ComponentContext context) : IComponent<LokiSourcePodlogs.Arguments>, IDebuggable, IKubernetesUser
{
    private volatile Arguments? _arguments;
    private volatile PodTailRun? _tails;
    private volatile PodLogsRun? _run;

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send entries.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Leaves out what a container has written before it is first seen.</summary>
        public bool TailFromEnd { get; init; }

        /// <summary>Sends the labels of discovery (`__meta_`) as well.</summary>
        public bool PreserveDiscoveredLabels { get; init; }

        /// <summary>Reads containers of the own node from the files of the kubelet, where they can be read, instead of over the API.</summary>
        public bool PreferFiles { get; init; } = true;

        /// <summary>Where the kubelet's files of container logs are found.</summary>
        public string PodLogsPath { get; init; } = "/var/log/pods";

        /// <summary>How the API server is connected to.</summary>
        [Block] public KubernetesClientOptions Client { get; init; } = new();

        /// <summary>Which PodLogs resources count, by their labels.</summary>
        [Block] public SelectorOptions Selector { get; init; } = new();

        /// <summary>In which namespaces PodLogs resources count, by the labels of those.</summary>
        [Block] public SelectorOptions NamespaceSelector { get; init; } = new();

        /// <summary>Keeps to the pods of one node.</summary>
        [Block] public NodeFilterOptions NodeFilter { get; init; } = new();

        /// <summary>Shares targets among the agents of a cluster.</summary>
        [Block] public LogClusteringOptions? Clustering { get; init; }

        public void Validate(ValidationContext context)
        {
            if (Clustering is { Enabled: true })
            {
                context.Warn("clustering", "there is no clustering: this agent reads all the pods that are selected");
            }
        }
    }

    public sealed record SelectorOptions
    {
        /// <summary>Labels with the values that they must have.</summary>
        public ValueMap<string> MatchLabels { get; init; } = ValueMap<string>.Empty;

        /// <summary>Further requirements; all have to be met.</summary>
        [Block] public ValueList<MatchExpressionOptions> MatchExpression { get; init; } = ValueList<MatchExpressionOptions>.Empty;

        internal LabelSelection ToSelection() => new(
            [.. MatchLabels.Select(static pair => new LabelRequirement(pair.Key, "In", [pair.Value])), .. MatchExpression.Select(static expression => expression.ToRequirement())]);
    }

    public sealed record MatchExpressionOptions : IValidated
    {
        /// <summary>Name of the label.</summary>
        public required string Key { get; init; }

        /// <summary>`In`, `NotIn`, `Exists` or `DoesNotExist`.</summary>
        public required string Operator { get; init; }

        /// <summary>Values that the operator compares with.</summary>
        public ValueList<string> Values { get; init; } = ValueList<string>.Empty;

        public void Validate(ValidationContext context)
        {
            if (ToRequirement().Fault is { } fault)
            {
                context.Error("operator", $"cannot select by the label \"{Key}\": {fault}");
            }
        }

        internal LabelRequirement ToRequirement() => new(Key, Operator, Values);
    }

    public sealed record NodeFilterOptions
    {
        /// <summary>Whether only pods of one node are read.</summary>
        public bool Enabled { get; init; }

        /// <summary>Name of the node; empty for what the environment variable `NODE_NAME` says.</summary>
        public string NodeName { get; init; } = "";

        /// <summary>The node to keep to; empty for all.</summary>
        internal string Node => !Enabled ? "" : NodeName.Length > 0 ? NodeName : Environment.GetEnvironmentVariable("NODE_NAME") ?? "";
    }

    public static IEnumerable<AccessRule> Access(AccessQuery query) => PodTailAccess.OfPodLogs(query);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        _run?.Apply(arguments);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        // An earlier run failed; what was delivered since counts.
        if (_tails is { } failed)
        {
            await failed.DisposeAsync();
        }
        var tails = new PodTailRun(context, "loki_source_podlogs");
        await using var run = new PodLogsRun(context, tails);
        (_tails, _run) = (tails, run);
        run.Apply(_arguments!);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] tasks = [tails.RunAsync(ending.Token), run.RunAsync(ending.Token)];
        // Where one fails, so does the other.
        await Task.WhenAny(tasks);
        await ending.CancelAsync();
        await Task.WhenAll(tasks);
    }

    /// <summary>Saves what was delivered after the last line was read: sinks may have gone on for a while.</summary>
    public ValueTask DisposeAsync() => _tails?.DisposeAsync() ?? ValueTask.CompletedTask;

    public Value DebugState() => _run is { } run && _tails is { } tails
        ? context.Memory.Describe(new(StringComparer.Ordinal) { ["pod_logs"] = run.DebugState(), ["target"] = tails.DebugTargets() })
        : Value.Null;
}
