using System.Net;
using System.Text.Json;
using Agent.Kubernetes.Json;
using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>Reads the events of one watch into the table, until the server ends it or something breaks.</summary>
internal sealed class WatchStream<T>(WatchTarget<T> target, ObjectDecoder<T> decoder, ObjectTable<T> table)
    where T : class, IKubernetesObject
{
    private long _bytesRead;

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>The version that the table is at: where a watch goes on from.</summary>
    public string Version { get; set; } = "";

    /// <summary>Events and bookmarks of the last watch.</summary>
    public long Events { get; private set; }

    /// <summary>Returns when the server has ended the watch.</summary>
    /// <param name="opened">Called when the server has begun to answer.</param>
    /// <param name="progressed">Called after the first event.</param>
    /// <exception cref="KubernetesException">The server refuses, at once or in an event; 410 where it no longer knows the version.</exception>
    public async Task RunAsync(Action opened, Action progressed, CancellationToken stop)
    {
        Events = 0;
        string path = WatchRequest.WatchPath(target.Kind, target.Scope, Version, target.Settings.Jitter());
        using HttpResponseMessage answer = await target.Client.GetJsonAsync(path, mayBeCompressed: false, stop).ConfigureAwait(false);
        opened();
        using var idle = new IdleLimit(target.Settings.WatchIdle, target.Settings.Time, stop);
        try
        {
            await using Stream stream = await answer.Content.ReadAsStreamAsync(idle.Token).ConfigureAwait(false);
            using var frames = new JsonFrames(stream, FrameShape.Documents, target.Settings.LargestObject);
            await ReadAsync(frames, progressed, idle).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (idle.IsOver)
        {
            // Silence is not failure: nothing may have happened. Going on costs the server one request.
        }
    }

    private async Task ReadAsync(JsonFrames frames, Action progressed, IdleLimit idle)
    {
        long counted = 0;
        while (await frames.ReadAsync(idle.Token).ConfigureAwait(false))
        {
            Take(frames);
            if (Events++ == 0)
            {
                progressed();
            }
            idle.Restart();
            Interlocked.Add(ref _bytesRead, frames.BytesRead - counted);
            counted = frames.BytesRead;
        }
    }

    private void Take(JsonFrames frames)
    {
        if (decoder.IsTooLarge(frames))
        {
            return;
        }
        var json = new Utf8JsonReader(frames.Frame);
        json.Read();
        var type = EventType.Unknown;
        Utf8JsonReader body = default;
        bool hasBody = false;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("type"u8))
            {
                type = TypeOf(ref json);
            }
            else if (json.ValueTextEquals("object"u8))
            {
                hasBody = JsonFields.EnterObject(ref json);
                body = json;
                json.Skip();
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        if (hasBody)
        {
            Take(type, ref body);
        }
    }

    private void Take(EventType type, ref Utf8JsonReader body)
    {
        switch (type)
        {
            case EventType.Added or EventType.Modified or EventType.Deleted:
                if (decoder.Object(ref body) is { } item)
                {
                    Apply(type, item);
                }
                break;
            case EventType.Bookmark:
                Version = VersionOf(ref body) is { Length: > 0 } version ? version : Version;
                break;
            case EventType.Error:
                ServerStatus status = ServerStatus.Read(ref body);
                throw (status.Code == 0 ? status with { Code = (int)HttpStatusCode.InternalServerError } : status)
                    .ToException($"watch {target.Kind.Plural}");
            default:
                // A type of the future: it cannot be an object that is missed, those have the types above.
                break;
        }
    }

    private void Apply(EventType type, T item)
    {
        if (item.Metadata.ResourceVersion.Length > 0)
        {
            Version = item.Metadata.ResourceVersion;
        }
        if (type == EventType.Deleted)
        {
            table.Remove(item);
        }
        else
        {
            table.Put(item);
        }
    }

    private static EventType TypeOf(ref Utf8JsonReader json) => JsonFields.Name(ref json) switch
    {
        "ADDED" => EventType.Added,
        "MODIFIED" => EventType.Modified,
        "DELETED" => EventType.Deleted,
        "BOOKMARK" => EventType.Bookmark,
        "ERROR" => EventType.Error,
        _ => EventType.Unknown,
    };

    private static string VersionOf(ref Utf8JsonReader json)
    {
        string version = "";
        while (JsonFields.Next(ref json))
        {
            if (!json.ValueTextEquals("metadata"u8))
            {
                JsonFields.Skip(ref json);
                continue;
            }
            if (!JsonFields.EnterObject(ref json))
            {
                continue;
            }
            while (JsonFields.Next(ref json))
            {
                if (json.ValueTextEquals("resourceVersion"u8))
                {
                    version = JsonFields.Text(ref json) ?? "";
                }
                else
                {
                    JsonFields.Skip(ref json);
                }
            }
        }
        return version;
    }

    private enum EventType
    {
        Unknown,
        Added,
        Modified,
        Deleted,
        Bookmark,
        Error,
    }
}
