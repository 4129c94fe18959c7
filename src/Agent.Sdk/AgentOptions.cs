namespace Agent.Sdk;

/// <summary>What the command line says to components.</summary>
public sealed record AgentOptions
{
    public static AgentOptions Default { get; } = new();

    /// <summary>Whether discovery asks the API server only for what the rules behind it keep.</summary>
    public bool SelectorPushdown { get; init; } = true;
}
