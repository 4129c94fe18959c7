using System.Text.Json;
using Agent.Components.Common.Relabel;
using Agent.Kubernetes;
using Agent.Kubernetes.Json;
using Agent.Kubernetes.Objects;

namespace Agent.Components.Loki.SourcePodlogs;

/// <summary>A PodLogs resource (monitoring.grafana.com/v1alpha2): which pods to read, and how their labels are rewritten.</summary>
internal sealed record PodLogsResource : IKubernetesObject
{
    public static ResourceKind<PodLogsResource> Kind { get; } = new("monitoring.grafana.com/v1alpha2", "podlogs", IsNamespaced: true, Read);

    public required ObjectMeta Metadata { get; init; }

    public LabelSelection Selector { get; init; } = LabelSelection.Everything;

    public LabelSelection NamespaceSelector { get; init; } = LabelSelection.Everything;

    public Relabeler Rules { get; init; } = new([], LabelNameRule.Legacy);

    /// <summary>Why it cannot be used, or null.</summary>
    public string? Fault { get; init; }

    private static PodLogsResource? Read(ref Utf8JsonReader json)
    {
        ObjectMeta? metadata = null;
        var spec = new Spec();
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetaReader.Read(ref json);
            }
            else if (json.ValueTextEquals("spec"u8))
            {
                ReadSpec(ref json, spec);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        if (metadata is null)
        {
            return null;
        }
        Relabeler? rules = RelabelConfig.Convert(spec.Rules, out string fault);
        return new PodLogsResource
        {
            Metadata = metadata,
            Selector = spec.Selector,
            NamespaceSelector = spec.NamespaceSelector,
            Rules = rules ?? new Relabeler([], LabelNameRule.Legacy),
            Fault = rules is null ? $"invalid relabelings: {fault}"
                : spec.Selector.Fault is { } one ? $"invalid Pod selector: {one}"
                : spec.NamespaceSelector.Fault is { } other ? $"invalid Pod namespaceSelector: {other}"
                : null,
        };
    }

    private static void ReadSpec(ref Utf8JsonReader json, Spec spec)
    {
        if (!JsonFields.EnterObject(ref json))
        {
            return;
        }
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("selector"u8))
            {
                spec.Selector = ReadSelector(ref json);
            }
            else if (json.ValueTextEquals("namespaceSelector"u8))
            {
                spec.NamespaceSelector = ReadSelector(ref json);
            }
            else if (json.ValueTextEquals("relabelings"u8) && JsonFields.EnterArray(ref json))
            {
                while (JsonFields.NextObject(ref json))
                {
                    spec.Rules.Add(RelabelConfig.Read(ref json));
                }
            }
            else if (json.TokenType == JsonTokenType.PropertyName)
            {
                JsonFields.Skip(ref json);
            }
        }
    }

    private static LabelSelection ReadSelector(ref Utf8JsonReader json)
    {
        var requirements = new List<LabelRequirement>();
        if (!JsonFields.EnterObject(ref json))
        {
            return LabelSelection.Everything;
        }
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("matchLabels"u8))
            {
                foreach ((string key, string value) in (IReadOnlyDictionary<string, string>)JsonFields.Pairs(ref json))
                {
                    requirements.Add(new LabelRequirement(key, "In", [value]));
                }
            }
            else if (json.ValueTextEquals("matchExpressions"u8) && JsonFields.EnterArray(ref json))
            {
                while (JsonFields.NextObject(ref json))
                {
                    requirements.Add(ReadRequirement(ref json));
                }
            }
            else if (json.TokenType == JsonTokenType.PropertyName)
            {
                JsonFields.Skip(ref json);
            }
        }
        return new LabelSelection(requirements);
    }

    private static LabelRequirement ReadRequirement(ref Utf8JsonReader json)
    {
        var found = new LabelRequirement("", "", []);
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("key"u8))
            {
                found = found with { Key = JsonFields.Text(ref json) ?? "" };
            }
            else if (json.ValueTextEquals("operator"u8))
            {
                found = found with { Operator = JsonFields.Text(ref json) ?? "" };
            }
            else if (json.ValueTextEquals("values"u8))
            {
                found = found with { Values = RelabelConfig.Texts(ref json) };
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return found;
    }

    private sealed class Spec
    {
        public LabelSelection Selector { get; set; } = LabelSelection.Everything;

        public LabelSelection NamespaceSelector { get; set; } = LabelSelection.Everything;

        public List<RelabelConfig> Rules { get; } = [];
    }
}
