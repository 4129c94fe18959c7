using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Kubernetes.Watching;

/// <summary>How watches behave; the defaults are those of Kubernetes' own clients where these have any.</summary>
public sealed record WatchSettings
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Objects asked for at once while listing.</summary>
    public int ChunkSize { get; init; } = 500;

    /// <summary>Bytes of the largest object that is decoded; etcd takes 1.5 MiB by default.</summary>
    public int LargestObject { get; init; } = 8 * 1024 * 1024;

    /// <summary>A watch with neither event nor bookmark for this long is opened again: servers send a bookmark a minute.</summary>
    public TimeSpan WatchIdle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A list whose next bytes take longer than this has failed.</summary>
    public TimeSpan ListIdle { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The server may be out of reach for this long before the watch counts as unhealthy.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A number from 0 to 1, so that thousands of agents do not ask at once.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;
}
