using System.Buffers;

namespace Agent.Sdk;

/// <summary>The node of a cluster that the agent runs on, as its environment names it.</summary>
/// <remarks>A container's <c>HOSTNAME</c> is the name of its pod unless its manifest, or the network of the host, makes it the node's.</remarks>
/// <param name="Variable">The environment variable that names it.</param>
/// <param name="Name">Its name.</param>
public sealed record NodeIdentity(string Variable, string Name)
{
    private const int LongestName = 253;
    private static readonly string[] Variables = ["K8S_NODE_NAME", "NODE_NAME", "HOSTNAME"];
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    /// <summary>True for what a node can be called: an RFC 1123 subdomain.</summary>
    public bool IsPossible =>
        Name.Length <= LongestName
        && !Name.AsSpan().ContainsAnyExcept(NameLetters)
        && Array.TrueForAll(Name.Split('.'), static part => part.Length > 0 && part[0] != '-' && part[^1] != '-');

    /// <summary>The first of the variables that is set; null where none is.</summary>
    /// <param name="environment">The value of an environment variable, or null.</param>
    public static NodeIdentity? Find(Func<string, string?> environment)
    {
        foreach (string variable in Variables)
        {
            if (environment(variable) is { Length: > 0 } name)
            {
                return new NodeIdentity(variable, name);
            }
        }
        return null;
    }
}
