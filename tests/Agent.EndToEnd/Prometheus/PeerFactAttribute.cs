namespace Agent.EndToEnd.Prometheus;

/// <summary>A test of the published native binary with programs of others: skips, and says so, where one of them is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PeerFactAttribute : FactAttribute
{
    public PeerFactAttribute(params string[] programs) =>
        Skip = NativeBinary.Location is null ? NativeBinary.Missing : Peer.Lack(programs);
}
