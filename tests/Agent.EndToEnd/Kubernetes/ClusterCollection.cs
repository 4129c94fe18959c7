namespace Agent.EndToEnd.Kubernetes;

/// <summary>Tests with a <see cref="LoopbackCluster"/>: its servers stand on the ports that configurations name, so only one runs at a time.</summary>
[CollectionDefinition(nameof(ClusterCollection))]
#pragma warning disable CA1711 // What it defines is called that.
public sealed class ClusterCollection;
#pragma warning restore CA1711
