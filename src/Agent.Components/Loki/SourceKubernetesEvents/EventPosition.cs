namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>How far the events of a namespace were delivered.</summary>
/// <param name="Version">The highest resource version that was: events come, and are listed, in its order. 0 where none is known.</param>
/// <param name="Timestamp">The time of the event that was delivered last, in nanoseconds since 1970; tells known events where versions cannot.</param>
internal readonly record struct EventPosition(ulong Version, long Timestamp)
{
    public bool Knows(KubernetesEvent found) => Version > 0 && found.Version > 0 ? found.Version <= Version : Timestamp > 0 && found.Timestamp <= Timestamp;

    public EventPosition After(KubernetesEvent found) => new(Math.Max(Version, found.Version), found.Timestamp);

    public EventPosition LaterOf(EventPosition other) => other.Version > Version || (Version == 0 && other.Timestamp > Timestamp) ? other : this;
}
