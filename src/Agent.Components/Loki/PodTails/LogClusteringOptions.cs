namespace Agent.Components.Loki.PodTails;

/// <summary>Whether the work is shared among the agents of a cluster.</summary>
public sealed record LogClusteringOptions
{
    /// <summary>Whether it is shared.</summary>
    public required bool Enabled { get; init; }
}
