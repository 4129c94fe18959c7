using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>One target for each path of each host of an ingress.</summary>
internal sealed class IngressTargets(MetaLabels metadata) : IRoleTargets<Ingress>
{
    private const string Prefix = MetaNames.Prefix + "ingress_";
    private static readonly string[] EveryPath = ["/"];
    private readonly LabelSetBuilder _labels = new();

    public void Build(Ingress item, ClusterView cluster, List<Target> targets)
    {
        _labels.Reset(LabelSet.Empty);
        _labels.Set(MetaLabels.Namespace, item.Metadata.Namespace);
        _labels.Set(Prefix + "class_name", item.ClassName);
        metadata.AddIngress(_labels, item.Metadata);
        metadata.AttachNamespace(_labels, cluster, item.Metadata.Namespace);
        LabelSet shared = _labels.ToLabelSet();
        foreach (IngressRule rule in item.Rules)
        {
            string scheme = item.TlsHosts.Any(pattern => IsCovered(pattern, rule.Host)) ? "https" : "http";
            foreach (string path in rule.Paths ?? EveryPath)
            {
                _labels.Reset(shared);
                _labels.Set(TargetText.Address, rule.Host);
                _labels.Set(Prefix + "scheme", scheme);
                _labels.Set(Prefix + "host", rule.Host);
                _labels.Set(Prefix + "path", path.Length == 0 ? "/" : path);
                targets.Add(new Target(_labels.ToLabelSet()));
            }
        }
    }

    public bool IsConcerned(Ingress item, RelatedChanges changes) => changes.Namespaces.Contains(item.Metadata.Namespace);

    /// <summary>Whether a host of the TLS list means this one: the same, or <c>*</c> for exactly its first part.</summary>
    private static bool IsCovered(string pattern, string host)
    {
        if (pattern == host)
        {
            return true;
        }
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        return pattern == "*"
            ? dot < 0
            : pattern.StartsWith("*.", StringComparison.Ordinal) && dot >= 0 && pattern.AsSpan(1).SequenceEqual(host.AsSpan(dot));
    }
}
