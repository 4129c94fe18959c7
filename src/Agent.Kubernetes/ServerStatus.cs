using System.Net;
using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes;

/// <summary>A <c>Status</c> object: how the API server says what went wrong, as an answer or as an event of a watch.</summary>
internal sealed record ServerStatus(int Code, string Reason, string Message)
{
    /// <summary>Null where the text is no status.</summary>
    public static ServerStatus? TryRead(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var json = new Utf8JsonReader(utf8);
            return json.Read() && json.TokenType == JsonTokenType.StartObject ? Read(ref json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads from the opening brace, where the reader stands, to the closing one.</summary>
    public static ServerStatus Read(ref Utf8JsonReader json)
    {
        (int code, string reason, string message) = (0, "", "");
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("code"u8))
            {
                code = (int)(JsonFields.Integer(ref json) ?? 0);
            }
            else if (json.ValueTextEquals("reason"u8))
            {
                reason = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("message"u8))
            {
                message = JsonFields.Text(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new ServerStatus(code, reason, message);
    }

    /// <param name="what">What was tried, such as <c>watch pods</c>.</param>
    public KubernetesException ToException(string what) =>
        new((HttpStatusCode)Code, Reason, $"cannot {what}: {(Message.Length > 0 ? Message : "the server gave no reason")}");
}
