using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Run;

/// <summary>What the command line of <c>run</c> and the environment say.</summary>
internal sealed record RunOptions
{
    public required string Path { get; init; }

    /// <summary>The language of what is at the path.</summary>
    public ConfigurationFormat Format { get; init; } = ConfigurationFormat.Alloy;

    public required string ListenAddress { get; init; }

    /// <summary>What stands for the agent itself in the addresses of targets.</summary>
    public required string MemoryAddress { get; init; }

    public required string PathPrefix { get; init; }

    public required bool SupportBundle { get; init; }

    /// <summary>Nothing is changed over HTTP.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The UI may show what a target answers.</summary>
    public bool RawScrapes { get; init; } = true;

    public required string StoragePath { get; init; }

    public required Stability Stability { get; init; }

    public required bool Watch { get; init; }

    public required TimeSpan ShutdownDeadline { get; init; }

    /// <summary>What components learn of the command line.</summary>
    public AgentOptions Components { get; init; } = AgentOptions.Default;

    public required MemoryLimit Memory { get; init; }

    /// <summary>The flags that were given, as <c>--name=value</c>.</summary>
    public required IReadOnlyList<string> Flags { get; init; }

    /// <summary>Flags that ask for something that this build does not do.</summary>
    public required IReadOnlyList<IgnoredFlag> Ignored { get; init; }
}

internal sealed record IgnoredFlag(string Name, string Reason);
