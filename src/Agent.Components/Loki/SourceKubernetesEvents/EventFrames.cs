using System.Globalization;
using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>A page of a list of events.</summary>
/// <param name="Version">Of the whole list.</param>
/// <param name="Continue">What to ask the next page with; empty behind the last one.</param>
internal sealed record EventPage(string Version, string Continue, List<KubernetesEvent> Events);

/// <summary>One message of a watch.</summary>
/// <param name="Type">ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</param>
/// <param name="Event">The event; of a bookmark only its version says something, and an error has none.</param>
/// <param name="Code">Of an error: the status.</param>
/// <param name="Message">Of an error: what the server says.</param>
internal sealed record EventFrame(string Type, KubernetesEvent? Event, long Code, string Message);

/// <summary>Reads what the server answers.</summary>
internal static class EventFrames
{
    /// <exception cref="JsonException">It is no list of events.</exception>
    public static EventPage ReadPage(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        Open(ref json);
        (string version, string next) = ("", "");
        List<KubernetesEvent>? events = null;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8) && JsonFields.EnterObject(ref json))
            {
                (version, next) = ReadMetadata(ref json);
            }
            else if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("items"u8))
            {
                events = ReadItems(ref json);
            }
            else if (json.TokenType == JsonTokenType.PropertyName)
            {
                JsonFields.Skip(ref json);
            }
        }
        return version.Length > 0 ? new EventPage(version, next, events ?? []) : throw new JsonException("it is no list");
    }

    /// <exception cref="JsonException">It is no message of a watch.</exception>
    public static EventFrame ReadFrame(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        Open(ref json);
        string type = "";
        Utf8JsonReader content = default;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("type"u8))
            {
                type = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("object"u8))
            {
                // The type may stand behind it.
                content = json;
                JsonFields.Skip(ref json);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        if (content.TokenType == JsonTokenType.None || !JsonFields.EnterObject(ref content))
        {
            throw new JsonException("it is no message of a watch");
        }
        return type == "ERROR" ? ReadError(ref content)
            : new EventFrame(type, type == "BOOKMARK" ? ReadBookmark(ref content) : KubernetesEvent.Read(ref content), 0, "");
    }

    private static void Open(ref Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("it is no object");
        }
    }

    private static (string Version, string Continue) ReadMetadata(ref Utf8JsonReader json)
    {
        (string version, string next) = ("", "");
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
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return (version, next);
    }

    private static List<KubernetesEvent> ReadItems(ref Utf8JsonReader json)
    {
        var events = new List<KubernetesEvent>();
        if (JsonFields.EnterArray(ref json))
        {
            while (JsonFields.NextObject(ref json))
            {
                if (KubernetesEvent.Read(ref json) is { } found)
                {
                    events.Add(found);
                }
            }
        }
        return events;
    }

    // It has no name.
    private static KubernetesEvent ReadBookmark(ref Utf8JsonReader json)
    {
        string version = "";
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                version = JsonFields.EnterObject(ref json) ? ReadMetadata(ref json).Version : version;
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new KubernetesEvent { Metadata = new Agent.Kubernetes.Objects.ObjectMeta { Name = "", ResourceVersion = version } };
    }

    private static EventFrame ReadError(ref Utf8JsonReader json)
    {
        long code = 0;
        string message = "";
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("code"u8))
            {
                code = JsonFields.Integer(ref json) ?? 0;
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
        return new EventFrame("ERROR", null, code, message);
    }

    /// <summary>A version as a number; 0 where it is none.</summary>
    public static ulong Number(string version) => ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : 0;
}
