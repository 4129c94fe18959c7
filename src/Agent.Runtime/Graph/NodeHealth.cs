using Agent.Sdk;

namespace Agent.Runtime.Graph;

/// <summary>How a node is, why, and since when.</summary>
public sealed record NodeHealth(HealthState State, string Message, DateTimeOffset Since);

/// <summary>Puts together what several parties know of one node's health: the worst of them counts.</summary>
/// <remarks>Safe on any thread: components report from their own.</remarks>
public sealed class HealthBoard(TimeProvider time)
{
    private readonly NodeHealth?[] _reports = new NodeHealth?[(int)HealthSource.Module + 1];

    /// <summary>Set for a module: the health of the worst of its nodes, or null where none is worth a word.</summary>
    internal Func<NodeHealth?>? Inside { get; set; }

    public NodeHealth Current
    {
        get
        {
            NodeHealth own = Own();
            return own.State != HealthState.Unhealthy && Inside?.Invoke() is { } inner ? inner : own;
        }
    }

    private NodeHealth Own()
    {
        lock (_reports)
        {
            NodeHealth? worst = null;
            foreach (NodeHealth? report in _reports)
            {
                if (report is not null)
                {
                    int more = worst is null ? 1 : Weight(report.State) - Weight(worst.State);
                    worst = more > 0 || (more == 0 && report.Since > worst!.Since) ? report : worst;
                }
            }
            return worst ?? new NodeHealth(HealthState.Unknown, "", time.GetUtcNow());
        }
    }

    public void Report(HealthSource source, HealthState state, string message)
    {
        lock (_reports)
        {
            NodeHealth? last = _reports[(int)source];
            if (last is null || last.State != state || last.Message != message)
            {
                _reports[(int)source] = new NodeHealth(state, message, last?.State == state ? last.Since : time.GetUtcNow());
            }
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

    /// <summary>The modules made from what it brings: a new version that cannot be used leaves the old one running.</summary>
    Module,
}
