using System.Globalization;
using System.Text.Json;
using Agent.Kubernetes.Json;
using Agent.Kubernetes.Objects;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>An event of the core API (v1), as far as it is sent on.</summary>
internal sealed record KubernetesEvent
{
    public required ObjectMeta Metadata { get; init; }

    public InvolvedObject Involved { get; init; } = new();

    public string Action { get; init; } = "";

    public string ReportingInstance { get; init; } = "";

    public string ReportingController { get; init; } = "";

    public string SourceComponent { get; init; } = "";

    public string SourceHost { get; init; } = "";

    public string Reason { get; init; } = "";

    public string Type { get; init; } = "";

    public long Count { get; init; }

    public string Message { get; init; } = "";

    public DateTimeOffset? LastTimestamp { get; init; }

    public DateTimeOffset? EventTime { get; init; }

    /// <summary>The version as a number, which later events have a higher one of; 0 where it is none.</summary>
    public ulong Version => ulong.TryParse(Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out ulong version) ? version : 0;

    /// <summary>Nanoseconds since 1970. Events of the newer API may have neither of the two times that Alloy looks at.</summary>
    public long Timestamp => ((LastTimestamp ?? EventTime ?? Metadata.Created ?? DateTimeOffset.UnixEpoch) - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Reads the object whose opening brace the reader stands at; null where it has no name.</summary>
    /// <exception cref="JsonException">The text is malformed.</exception>
    public static KubernetesEvent? Read(ref Utf8JsonReader json)
    {
        ObjectMeta? metadata = null;
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        long count = 0;
        DateTimeOffset? last = null, time = null;
        InvolvedObject involved = new();
        while (JsonFields.Next(ref json))
        {
            string name = json.GetString() ?? "";
            switch (name)
            {
                case "metadata":
                    metadata = ObjectMetaReader.Read(ref json);
                    break;
                case "involvedObject":
                    involved = InvolvedObject.Read(ref json);
                    break;
                case "source":
                    ReadSource(ref json, texts);
                    break;
                case "count":
                    count = JsonFields.Integer(ref json) ?? 0;
                    break;
                case "lastTimestamp":
                    last = JsonFields.Time(ref json);
                    break;
                case "eventTime":
                    time = JsonFields.Time(ref json);
                    break;
                case "action" or "reportingInstance" or "reportingComponent" or "reason" or "type" or "message":
                    texts[name] = JsonFields.Text(ref json) ?? "";
                    break;
                default:
                    JsonFields.Skip(ref json);
                    break;
            }
        }
        return metadata is null ? null : new KubernetesEvent
        {
            Metadata = metadata,
            Involved = involved,
            Action = texts.GetValueOrDefault("action", ""),
            ReportingInstance = texts.GetValueOrDefault("reportingInstance", ""),
            ReportingController = texts.GetValueOrDefault("reportingComponent", ""),
            SourceComponent = texts.GetValueOrDefault("source.component", ""),
            SourceHost = texts.GetValueOrDefault("source.host", ""),
            Reason = texts.GetValueOrDefault("reason", ""),
            Type = texts.GetValueOrDefault("type", ""),
            Message = texts.GetValueOrDefault("message", ""),
            Count = count,
            LastTimestamp = last,
            EventTime = time,
        };
    }

    private static void ReadSource(ref Utf8JsonReader json, Dictionary<string, string> texts)
    {
        if (!JsonFields.EnterObject(ref json))
        {
            return;
        }
        while (JsonFields.Next(ref json))
        {
            texts["source." + json.GetString()] = JsonFields.Text(ref json) ?? "";
        }
    }
}

/// <summary>What an event is about.</summary>
internal sealed record InvolvedObject(string Kind = "", string Namespace = "", string Name = "", string ApiVersion = "", string ResourceVersion = "")
{
    public static InvolvedObject Read(ref Utf8JsonReader json)
    {
        var found = new InvolvedObject();
        if (!JsonFields.EnterObject(ref json))
        {
            return found;
        }
        while (JsonFields.Next(ref json))
        {
            string name = json.GetString() ?? "";
            string text = JsonFields.Text(ref json) ?? "";
            found = name switch
            {
                "kind" => found with { Kind = text },
                "namespace" => found with { Namespace = text },
                "name" => found with { Name = text },
                "apiVersion" => found with { ApiVersion = text },
                "resourceVersion" => found with { ResourceVersion = text },
                _ => found,
            };
        }
        return found;
    }
}
