using System.Text;
using System.Text.Json.Nodes;

namespace Agent.Testing.Kubernetes;

/// <summary>An object as the fake server keeps it: never changed, only replaced.</summary>
internal sealed class FakeObject
{
    private readonly string _kind;
    private readonly string _apiVersion;
    private readonly string _fields;

    /// <param name="json">With a complete <c>metadata</c>; the object is the store's from now on.</param>
    /// <param name="kind">Such as <c>Pod</c>.</param>
    /// <param name="apiVersion">Such as <c>v1</c>.</param>
    public FakeObject(JsonObject json, string kind, string apiVersion)
    {
        json.Remove("kind");
        json.Remove("apiVersion");
        (Json, _kind, _apiVersion) = (json, kind, apiVersion);
        // Without its opening brace, so that kind and version can stand before it.
        _fields = json.ToJsonString()[1..];
        JsonNode metadata = json["metadata"]!;
        Name = (string)metadata["name"]!;
        Namespace = (string?)metadata["namespace"] ?? "";
        Version = (string)metadata["resourceVersion"]!;
    }

    public JsonObject Json { get; }

    public string Name { get; }

    public string Namespace { get; }

    public string Version { get; }

    public string Key => Namespace.Length > 0 ? $"{Namespace}/{Name}" : Name;

    /// <summary>As it stands in a list: without kind and version.</summary>
    public string Item => "{" + _fields;

    /// <summary>As it stands alone.</summary>
    public string Whole => $$"""{"kind":"{{_kind}}","apiVersion":"{{_apiVersion}}",{{_fields}}""";

    /// <summary>The same with another version, as a deleted object is sent.</summary>
    public FakeObject At(string version)
    {
        var json = (JsonObject)Json.DeepClone();
        json["metadata"]!["resourceVersion"] = version;
        return new FakeObject(json, _kind, _apiVersion);
    }

    public static byte[] Line(string type, string body) => Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","object":{{body}}}""" + "\n");
}
