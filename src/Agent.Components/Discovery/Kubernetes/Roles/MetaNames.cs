namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>Names of the labels that stand for the labels and annotations of one kind of object: made once, for they repeat in every object.</summary>
/// <param name="resource">As it stands in the names, such as <c>pod</c>.</param>
internal sealed class MetaNames(string resource)
{
    public const string Prefix = "__meta_kubernetes_";

    /// <summary>Names that differ from object to object (checksums, ids) must not pile up here.</summary>
    private const int MostNames = 4096;

    private readonly Dictionary<string, MetaName> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MetaName> _annotations = new(StringComparer.Ordinal);

    /// <summary>The label that holds the object's own name.</summary>
    public string Name { get; } = $"{Prefix}{resource}_name";

    public MetaName OfLabel(string key) => Find(_labels, key, "label");

    public MetaName OfAnnotation(string key) => Find(_annotations, key, "annotation");

    private MetaName Find(Dictionary<string, MetaName> known, string key, string kind)
    {
        if (known.TryGetValue(key, out MetaName name))
        {
            return name;
        }
        if (known.Count == MostNames)
        {
            known.Clear();
        }
        string allowed = TargetText.LabelName(key);
        name = new MetaName($"{Prefix}{resource}_{kind}_{allowed}", $"{Prefix}{resource}_{kind}present_{allowed}");
        known.Add(key, name);
        return name;
    }
}

/// <param name="Value">The label that takes the value.</param>
/// <param name="Present">The label that says that there is one, even an empty one.</param>
internal readonly record struct MetaName(string Value, string Present);
