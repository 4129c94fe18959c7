using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

public sealed record Namespace : IKubernetesObject
{
    public required ObjectMeta Metadata { get; init; }

    public static Namespace? Read(ref Utf8JsonReader json)
    {
        ObjectMeta? metadata = null;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetaReader.Read(ref json);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return metadata is null ? null : new Namespace { Metadata = metadata };
    }
}
