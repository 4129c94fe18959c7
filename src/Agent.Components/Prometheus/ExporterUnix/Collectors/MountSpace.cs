using System.Collections.Concurrent;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Asks mounts for their space, and leaves those alone that do not answer (an NFS server that is gone) until they do.</summary>
/// <remarks>A stuck mount holds one thread of the pool; it is not asked again meanwhile, so there is at most one for each mount.</remarks>
internal sealed class MountSpace(TimeSpan timeout)
{
    private const string Stuck = "mountpoint timeout";
    private readonly ConcurrentDictionary<string, bool> _stuck = new(StringComparer.Ordinal);

    public (HostCalls.FilesystemSpace Space, string? Error) Of(string path, TimeProvider time)
    {
        if (_stuck.ContainsKey(path))
        {
            return (default, Stuck);
        }
        Task<(HostCalls.FilesystemSpace, string?)> answer = Task.Run(() => HostCalls.Statfs(path));
        try
        {
            return answer.WaitAsync(timeout, time).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            _stuck[path] = true;
            answer.ContinueWith(_ => _stuck.TryRemove(path, out bool _), TaskScheduler.Default);
            return (default, Stuck);
        }
    }
}
