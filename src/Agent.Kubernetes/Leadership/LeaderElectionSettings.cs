using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Kubernetes.Leadership;

/// <summary>Who stands for election, and by which lease; durations as Kubernetes' own components have them.</summary>
public sealed record LeaderElectionSettings
{
    /// <summary>Namespace of the lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the lease: whoever uses the same one is a rival.</summary>
    public required string Name { get; init; }

    /// <summary>What tells this process from its rivals, such as the name of its pod.</summary>
    public required string Identity { get; init; }

    /// <summary>A lease that nobody has seen renewed for this long is free.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that could not renew for this long steps down; shorter than the lease, so that it does before another leads.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between attempts to acquire or to renew.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>A number from 0 to 1, so that rivals do not ask at once.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;
}

/// <summary>How an election stands.</summary>
/// <param name="Holder">Who held the lease when it was last read; empty while that is not known, or nobody.</param>
/// <param name="IsHealthy">False while the lease can be neither read nor written.</param>
/// <param name="Message">Why it cannot, with the missing RBAC rule where that is the cause; else empty.</param>
public sealed record LeaderStatus(bool IsLeader, string Holder, bool IsHealthy, string Message);
