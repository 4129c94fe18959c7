using System.Net;
using System.Text.Json;
using Agent.Kubernetes.Json;
using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>Takes whole lists, chunk by chunk.</summary>
internal sealed class ObjectLister<T>(WatchTarget<T> target, ObjectDecoder<T> decoder, ObjectTable<T> table)
    where T : class, IKubernetesObject
{
    /// <summary>Room is made for so many at once, whatever the server promises.</summary>
    private const int MostExpected = 100_000;

    private long _bytesRead;

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>The objects by key, and the version that they are of.</summary>
    /// <param name="newest">
    /// Whether the server must ask its storage: after its memory has expired, else the state could go back. The first list takes
    /// what the server has at hand, as Kubernetes' own clients do: a thousand agents that start cost no read of the storage each.
    /// (Servers may answer that one whole, without chunks; it is decoded as it comes.)
    /// </param>
    public async Task<(Dictionary<string, T> Objects, string Version)> ListAsync(bool newest, CancellationToken stop)
    {
        string from = newest ? "" : "0";
        try
        {
            return await ListAsync(from, target.Settings.ChunkSize, stop).ConfigureAwait(false);
        }
        catch (ContinueExpiredException)
        {
            // It takes longer to get all chunks than the server remembers: all at once then.
            return await ListAsync(from, 0, stop).ConfigureAwait(false);
        }
    }

    private async Task<(Dictionary<string, T> Objects, string Version)> ListAsync(string from, int limit, CancellationToken stop)
    {
        var objects = new Dictionary<string, T>(table.Objects.Count, StringComparer.Ordinal);
        string path = WatchRequest.ListPath(target.Kind, target.Scope, from, limit);
        while (true)
        {
            ListMetadata list = await ChunkAsync(path, objects, stop).ConfigureAwait(false);
            if (list.Continue.Length == 0)
            {
                return (objects, list.Version);
            }
            objects.EnsureCapacity(objects.Count + (int)Math.Clamp(list.Remaining, 0, MostExpected));
            path = WatchRequest.NextPath(target.Kind, target.Scope, list.Continue, limit);
        }
    }

    private async Task<ListMetadata> ChunkAsync(string path, Dictionary<string, T> objects, CancellationToken stop)
    {
        using HttpResponseMessage answer = await OpenAsync(path, stop).ConfigureAwait(false);
        using var idle = new IdleLimit(target.Settings.ListIdle, target.Settings.Time, stop);
        try
        {
            await using Stream stream = await KubernetesClient.BodyAsync(answer, idle.Token).ConfigureAwait(false);
            using var frames = new JsonFrames(stream, FrameShape.ListParts, target.Settings.LargestObject);
            return await ReadAsync(frames, objects, idle).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (idle.IsOver)
        {
            throw new TimeoutException($"cannot list {target.Kind.Plural}: the server stopped in the middle of its answer");
        }
        catch (InvalidDataException damaged)
        {
            throw new IOException($"cannot list {target.Kind.Plural}: the server's compressed answer is damaged", damaged);
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken stop)
    {
        try
        {
            return await target.Client.GetJsonAsync(path, mayBeCompressed: true, stop).ConfigureAwait(false);
        }
        catch (KubernetesException gone) when (gone.Status == HttpStatusCode.Gone && path.Contains("continue=", StringComparison.Ordinal))
        {
            throw new ContinueExpiredException();
        }
    }

    private async Task<ListMetadata> ReadAsync(JsonFrames frames, Dictionary<string, T> objects, IdleLimit idle)
    {
        var list = default(ListMetadata);
        long counted = 0;
        while (await frames.ReadAsync(idle.Token).ConfigureAwait(false))
        {
            if (frames.IsMetadata)
            {
                list = ListMetadata.Read(frames.Frame);
            }
            else if (decoder.Item(frames) is { } item)
            {
                string key = ObjectDecoder<T>.KeyOf(item);
                objects[key] = table.Known(key, item);
            }
            if (frames.BytesRead != counted)
            {
                // Not for each item: only a read moves it.
                idle.Restart();
                Interlocked.Add(ref _bytesRead, frames.BytesRead - counted);
                counted = frames.BytesRead;
            }
        }
        Interlocked.Add(ref _bytesRead, frames.BytesRead - counted);
        return list.Version is { Length: > 0 }
            ? list
            : throw new JsonException($"cannot list {target.Kind.Plural}: the server's answer is no list, it has no metadata.resourceVersion");
    }

    /// <summary>The server no longer has the version that the chunks are of.</summary>
    private sealed class ContinueExpiredException : Exception;
}
