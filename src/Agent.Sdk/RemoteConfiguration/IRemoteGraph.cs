namespace Agent.Sdk.RemoteConfiguration;

/// <summary>The second controller: runs a configuration that came from elsewhere, beside the one of the command line and apart from it.</summary>
public interface IRemoteGraph
{
    /// <summary>Brings the second graph to <paramref name="text"/>, or leaves it as it is.</summary>
    /// <returns>Null once it runs; otherwise the errors, one a line.</returns>
    Task<string?> LoadAsync(string text);

    /// <summary>Stops all that runs there.</summary>
    Task UnloadAsync();
}
