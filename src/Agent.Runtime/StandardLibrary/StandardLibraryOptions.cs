namespace Agent.Runtime.StandardLibrary;

/// <summary>What the standard library sees of the machine.</summary>
public sealed record StandardLibraryOptions
{
    /// <summary>Reads an environment variable; null where it is not set.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>
    /// While a configuration is only checked, a variable that is not set here may be set where the agent will run: its
    /// value is then not known instead of empty.
    /// </summary>
    public bool UnsetIsUnknown { get; init; }

    public string HostName { get; init; } = System.Environment.MachineName;

    /// <summary>The agent's version; shown with a leading <c>v</c>.</summary>
    public string Version { get; init; } = "";
}
