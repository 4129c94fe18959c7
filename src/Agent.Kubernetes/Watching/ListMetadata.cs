using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Watching;

/// <summary>What a list says of itself.</summary>
/// <param name="Version">The version that it is of.</param>
/// <param name="Continue">Asks for the part that follows; empty in the last one.</param>
/// <param name="Remaining">How many objects follow, as far as the server knows; else 0.</param>
internal readonly record struct ListMetadata(string Version, string Continue, long Remaining)
{
    public static ListMetadata Read(ReadOnlySpan<byte> frame)
    {
        (string version, string next, long remaining) = ("", "", 0);
        var json = new Utf8JsonReader(frame);
        json.Read();
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("resourceVersion"u8))
            {
                version = JsonFields.Text(ref json) ?? "";
            }
            else if (json.ValueTextEquals("continue"u8))
            {
                next = JsonFields.Text(ref json) ?? "";
            }
            else if (json.ValueTextEquals("remainingItemCount"u8))
            {
                remaining = JsonFields.Integer(ref json) ?? 0;
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new ListMetadata(version, next, remaining);
    }
}
