namespace Agent.EndToEnd.Prometheus;

/// <summary>
/// A test of the published native binary on a configuration from production and with programs of others: skips, and says so, where one of
/// them or one of the configuration's components is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SeedPeerFactAttribute : FactAttribute
{
    public SeedPeerFactAttribute(string file, string[] peers, params string[] components)
    {
        Skip = new SeedFactAttribute(file).Skip ?? Peer.Lack(peers) ?? Lack(components);
    }

    private static string? Lack(string[] components)
    {
        string[] missing = [.. components.Where(static component => !NativeBinary.Components.Contains(component))];
        return missing.Length == 0 ? null : $"the native binary has no {string.Join(" and no ", missing)}";
    }
}
