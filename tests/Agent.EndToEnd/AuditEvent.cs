using System.Text;
using System.Text.Json;

namespace Agent.EndToEnd;

/// <summary>One event as a Kubernetes API server writes it to its audit log.</summary>
internal sealed record AuditEvent(string Verb, string Resource)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public string User { get; init; } = "system:serviceaccount:kube-system:deployment-controller";

    /// <summary>Null for what belongs to no namespace.</summary>
    public string? Namespace { get; init; }

    public string Group { get; init; } = "apps";

    public int Status { get; init; } = 200;

    public string Level { get; init; } = "RequestResponse";

    /// <summary>Bytes of the object that the request carried.</summary>
    public int Payload { get; init; }

    /// <summary>The event as one line of JSON.</summary>
    public string Line()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("kind", "Event");
            json.WriteString("apiVersion", "audit.k8s.io/v1");
            json.WriteString("level", Level);
            json.WriteString("auditID", Id);
            json.WriteString("stage", "ResponseComplete");
            json.WriteString("requestURI", $"/apis/{Group}/v1/{(Namespace is null ? "" : $"namespaces/{Namespace}/")}{Resource}");
            json.WriteString("verb", Verb);
            json.WriteStartObject("user");
            json.WriteString("username", User);
            json.WriteStartArray("groups");
            json.WriteStringValue("system:authenticated");
            json.WriteEndArray();
            json.WriteEndObject();
            WriteTarget(json);
            json.WriteString("requestReceivedTimestamp", "2024-05-06T07:08:09.123456Z");
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private void WriteTarget(Utf8JsonWriter json)
    {
        json.WriteStartObject("objectRef");
        json.WriteString("resource", Resource);
        if (Namespace is not null)
        {
            json.WriteString("namespace", Namespace);
        }
        json.WriteString("apiGroup", Group);
        json.WriteEndObject();
        json.WriteStartObject("responseStatus");
        json.WriteNumber("code", Status);
        json.WriteEndObject();
        if (Payload > 0)
        {
            json.WriteStartObject("requestObject");
            json.WriteString("data", new string('x', Payload));
            json.WriteEndObject();
        }
    }
}
