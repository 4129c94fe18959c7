using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>A port of a container or of a service.</summary>
/// <param name="Name">Empty where it has none.</param>
/// <param name="Protocol">Such as <c>TCP</c>; empty where none is given.</param>
public readonly record struct NamedPort(string Name, int Number, string Protocol)
{
    internal static NamedPort OfContainer(ref Utf8JsonReader json) => Read(ref json, "containerPort"u8);

    internal static NamedPort OfService(ref Utf8JsonReader json) => Read(ref json, "port"u8);

    private static NamedPort Read(ref Utf8JsonReader json, ReadOnlySpan<byte> numberField)
    {
        string name = "", protocol = "";
        int number = 0;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("name"u8))
            {
                name = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals(numberField))
            {
                number = (int)(JsonFields.Integer(ref json) ?? 0);
            }
            else if (json.ValueTextEquals("protocol"u8))
            {
                protocol = JsonFields.Name(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new NamedPort(name, number, protocol);
    }
}
