namespace Agent.Sdk;

/// <summary>What the command line and the environment say to components.</summary>
public sealed record AgentOptions
{
    public static AgentOptions Default { get; } = new();

    /// <summary>Whether discovery asks the API server only for what the rules behind it keep.</summary>
    public bool SelectorPushdown { get; init; } = true;

    /// <summary>Whether discovery asks only for those pods that run on the agent's own node, whatever the rules behind it keep.</summary>
    public bool OwnNodePods { get; init; }

    /// <summary>The node that the agent runs on; null where nothing names it.</summary>
    public NodeIdentity? Node { get; init; }
}
