using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>Puts the metadata of objects into labels, as Prometheus names them. Belongs to one thread.</summary>
internal sealed class MetaLabels
{
    public const string Namespace = MetaNames.Prefix + "namespace";
    private const string Present = "true";

    private readonly MetaNames _pod = new("pod");
    private readonly MetaNames _node = new("node");
    private readonly MetaNames _namespace = new("namespace");
    private readonly MetaNames _service = new("service");
    private readonly MetaNames _endpoints = new("endpoints");
    private readonly MetaNames _slice = new("endpointslice");
    private readonly MetaNames _ingress = new("ingress");

    public void AddPod(LabelSetBuilder labels, ObjectMeta metadata) => Add(labels, metadata, _pod);

    public void AddNode(LabelSetBuilder labels, ObjectMeta metadata) => Add(labels, metadata, _node);

    public void AddService(LabelSetBuilder labels, ObjectMeta metadata)
    {
        labels.Set(Namespace, metadata.Namespace);
        Add(labels, metadata, _service);
    }

    public void AddEndpoints(LabelSetBuilder labels, ObjectMeta metadata) => Add(labels, metadata, _endpoints);

    public void AddSlice(LabelSetBuilder labels, ObjectMeta metadata) => Add(labels, metadata, _slice);

    public void AddIngress(LabelSetBuilder labels, ObjectMeta metadata) => Add(labels, metadata, _ingress);

    /// <summary>Labels of the node of that name, where nodes are watched and there is one.</summary>
    public void AttachNode(LabelSetBuilder labels, ClusterView cluster, string name)
    {
        if (name.Length > 0 && cluster.Nodes is { } nodes && nodes.TryGetValue(name, out Node? node))
        {
            Add(labels, node.Metadata, _node);
        }
    }

    /// <summary>Labels of the namespace, where namespaces are watched and there is one; its name stands in another label already.</summary>
    public void AttachNamespace(LabelSetBuilder labels, ClusterView cluster, string name)
    {
        if (cluster.Namespaces is { } namespaces && namespaces.TryGetValue(name, out Namespace? found))
        {
            AddPairs(labels, found.Metadata, _namespace);
        }
    }

    private static void Add(LabelSetBuilder labels, ObjectMeta metadata, MetaNames names)
    {
        labels.Set(names.Name, metadata.Name);
        AddPairs(labels, metadata, names);
    }

    private static void AddPairs(LabelSetBuilder labels, ObjectMeta metadata, MetaNames names)
    {
        foreach ((string key, string value) in metadata.Labels)
        {
            MetaName name = names.OfLabel(key);
            labels.Set(name.Value, value);
            labels.Set(name.Present, Present);
        }
        foreach ((string key, string value) in metadata.Annotations)
        {
            MetaName name = names.OfAnnotation(key);
            labels.Set(name.Value, value);
            labels.Set(name.Present, Present);
        }
    }
}
