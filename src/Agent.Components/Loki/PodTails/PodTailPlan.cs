using Agent.Components.Common.Kubernetes;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.PodTails;

/// <summary>What a component is to tail, and how.</summary>
internal sealed record PodTailPlan
{
    public required IReadOnlyList<PodTarget> Targets { get; init; }

    public required ILogConsumer Consumer { get; init; }

    public required KubernetesClientOptions Client { get; init; }

    /// <summary>Where the kubelet of the own node keeps logs; empty where they are not to be read.</summary>
    public required string Folder { get; init; }

    /// <summary>Containers of which nothing is known are read from now on.</summary>
    public bool FromEnd { get; init; }
}
