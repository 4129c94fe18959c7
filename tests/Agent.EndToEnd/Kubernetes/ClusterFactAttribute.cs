using Agent.EndToEnd.Prometheus;
using Agent.Testing;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>
/// A test of the native binary on a configuration from production, on a node of a cluster on loopback: skips, and says so, where the
/// program, the configuration, the captures of the API server, or the right to mount is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute(string seed, params string[] peers) =>
        Skip = new SeedFactAttribute(seed).Skip ?? Peer.Lack(peers) ?? NodeRoot.Lack
            ?? (Directory.Exists(Path.Combine(Conformance.Root!, "kubernetes")) ? null : "the captures of an API server are missing among the golden data");
}
