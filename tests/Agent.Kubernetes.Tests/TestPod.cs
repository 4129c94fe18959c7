using System.Text.Json;
using Agent.Kubernetes.Json;
using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Tests;

/// <summary>As much of a pod as the tests of watches need.</summary>
internal sealed record TestPod(ObjectMeta Metadata, string Phase, string Node) : IKubernetesObject
{
    public static ResourceKind<TestPod> Kind { get; } = new("v1", "pods", true, Read);

    public static TestPod? Read(ref Utf8JsonReader json)
    {
        ObjectMeta? metadata = null;
        (string phase, string node) = ("", "");
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetaReader.Read(ref json);
            }
            else if (json.ValueTextEquals("spec"u8))
            {
                node = Field(ref json, "nodeName"u8);
            }
            else if (json.ValueTextEquals("status"u8))
            {
                phase = Field(ref json, "phase"u8);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return metadata is null ? null : new TestPod(metadata, phase, node);
    }

    private static string Field(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        string found = "";
        if (!JsonFields.EnterObject(ref json))
        {
            return found;
        }
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals(name))
            {
                found = JsonFields.Name(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return found;
    }
}
