using System.Runtime.CompilerServices;
using Agent.Sdk;

namespace Agent.Runtime.Graph;

/// <summary>How a node is, why, and since when.</summary>
public sealed record NodeHealth(HealthState State, string Message, DateTimeOffset Since);

/// <summary>Puts together what several parties know of one node's health: the worst of them counts.</summary>
/// <remarks>Safe on any thread: components report from their own.</remarks>
public sealed class HealthBoard(TimeProvider time)
{
    private const int SourceCount = (int)HealthSource.Module + 1;
    private Reports _reports;

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
        NodeHealth? worst = null;
        for (int i = 0; i < SourceCount; i++)
        {
            if (Volatile.Read(ref _reports[i]) is { } report)
            {
                int more = worst is null ? 1 : Weight(report.State) - Weight(worst.State);
                worst = more > 0 || (more == 0 && report.Since > worst!.Since) ? report : worst;
            }
        }
        return worst ?? new NodeHealth(HealthState.Unknown, "", time.GetUtcNow());
    }

    public void Report(HealthSource source, HealthState state, string message)
    {
        ref NodeHealth? report = ref _reports[(int)source];
        while (true)
        {
            NodeHealth? last = Volatile.Read(ref report);
            if (last is not null && last.State == state && last.Message == message)
            {
                return;
            }
            var made = new NodeHealth(state, message, last?.State == state ? last.Since : time.GetUtcNow());
            if (ReferenceEquals(Interlocked.CompareExchange(ref report, made, last), last))
            {
                return;
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

    /// <summary>By source, in place: a thousand idle nodes need no arrays for it.</summary>
    [InlineArray(SourceCount)]
    private struct Reports
    {
        private NodeHealth? _first;
    }
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
