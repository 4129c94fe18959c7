using Agent.Sdk;

namespace Agent.Runtime.Graph;

/// <summary>How a node is, why, and since when.</summary>
public sealed record NodeHealth(HealthState State, string Message, DateTimeOffset Since);

/// <summary>Puts together what several parties know of one node's health: the worst of them counts.</summary>
/// <remarks>Safe on any thread: components report from their own.</remarks>
public sealed class HealthBoard(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<HealthSource, NodeHealth> _reports = [];

    public NodeHealth Current
    {
        get
        {
            lock (_gate)
            {
                return _reports.Values.OrderByDescending(static report => Weight(report.State)).ThenByDescending(static report => report.Since)
                    .FirstOrDefault() ?? new NodeHealth(HealthState.Unknown, "", time.GetUtcNow());
            }
        }
    }

    public void Report(HealthSource source, HealthState state, string message)
    {
        lock (_gate)
        {
            bool same = _reports.TryGetValue(source, out NodeHealth? last) && last.State == state;
            _reports[source] = new NodeHealth(state, message, same ? last!.Since : time.GetUtcNow());
        }
    }

    private static int Weight(HealthState state) => state switch
    {
        HealthState.Unhealthy => 3,
        HealthState.Exited => 2,
        HealthState.Healthy => 1,
        _ => 0,
    };
}

public enum HealthSource
{
    /// <summary>Evaluating its arguments and applying them.</summary>
    Evaluation,

    /// <summary>Its RunAsync.</summary>
    Run,

    /// <summary>What it says itself.</summary>
    Component,

    /// <summary>The calls that others make into it.</summary>
    Port,
}
