using Agent.Kubernetes;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>Where watches of one API server come from.</summary>
internal interface IWatchSource
{
    /// <summary>Whoever gets a watch disposes of it.</summary>
    IResourceWatch<T> Watch<T>(ResourceKind<T> kind, WatchScope scope)
        where T : class, IKubernetesObject;
}
