namespace Agent.Components.Loki.PodTails;

/// <summary>One container of one pod, through all its restarts.</summary>
internal sealed record PodContainer(string Namespace, string Pod, string Container, string Uid)
{
    /// <summary>As messages name it.</summary>
    public string Name => $"{Namespace}/{Pod}:{Container}";

    /// <summary>As positions are kept, here and in Alloy.</summary>
    public string Key => $"{Name}:{Uid}";
}
