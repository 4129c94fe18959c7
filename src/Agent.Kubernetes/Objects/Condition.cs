using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>One condition of an object, such as <c>Ready</c> with status <c>True</c>.</summary>
public readonly record struct Condition(string Type, string Status)
{
    internal static Condition Read(ref Utf8JsonReader json)
    {
        string type = "", status = "";
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("type"u8))
            {
                type = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("status"u8))
            {
                status = JsonFields.Name(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new Condition(type, status);
    }
}
