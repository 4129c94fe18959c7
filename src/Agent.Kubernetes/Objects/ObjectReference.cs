using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>Points to another object, such as the pod behind an address; all empty where there is none.</summary>
public readonly record struct ObjectReference(string Kind, string Namespace, string Name)
{
    public static ObjectReference None { get; } = new("", "", "");

    /// <summary>Takes the value of the field that the reader stands at.</summary>
    internal static ObjectReference Read(ref Utf8JsonReader json)
    {
        (string kind, string inNamespace, string name) = ("", "", "");
        if (!JsonFields.EnterObject(ref json))
        {
            return None;
        }
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("kind"u8))
            {
                kind = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("namespace"u8))
            {
                inNamespace = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("name"u8))
            {
                name = JsonFields.Name(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new ObjectReference(kind, inNamespace, name);
    }
}
