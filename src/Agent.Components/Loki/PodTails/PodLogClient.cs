using System.Globalization;
using System.Net;
using System.Text.Json;
using Agent.Components.Common.Http;
using Agent.Kubernetes;

namespace Agent.Components.Loki.PodTails;

/// <summary>The requests to the API server that following containers takes.</summary>
internal sealed class PodLogClient(KubernetesClient client, TimeProvider time)
{
    private const int LargestPod = 4 * 1024 * 1024;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <returns>Null where there is no such pod any more.</returns>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    /// <exception cref="InvalidDataException">The answer is no pod.</exception>
    public async Task<ContainerState?> AskAsync(PodContainer container, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(AnswerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(HttpMethod.Get, PathOf(container), null, either.Token);
            ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LargestPod, either.Token);
            return PodStatus.Read(body, container);
        }
        catch (KubernetesException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"cannot understand the server's answer: {exception.Message}", exception);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {AnswerTimeout.TotalSeconds} s");
        }
    }

    /// <summary>Asks for a log. Whoever asks disposes of the answer; there may be none for as long as the container writes nothing.</summary>
    /// <param name="container">Whose log.</param>
    /// <param name="since">From when on, in nanoseconds since 1970, of which whole seconds count; 0 for all of it.</param>
    /// <param name="ofRunBefore">The log of the run before the last restart, which ends; else that of the last run, which is followed.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<HttpResponseMessage> OpenAsync(PodContainer container, long since, bool ofRunBefore, CancellationToken stop)
    {
        string query = ofRunBefore ? "previous=true" : "follow=true";
        if (since > 0)
        {
            string text = DateTimeOffset.FromUnixTimeSeconds(since / PodLimits.NanosecondsPerSecond).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            query += $"&sinceTime={Uri.EscapeDataString(text)}";
        }
        string path = $"{PathOf(container)}/log?container={Uri.EscapeDataString(container.Container)}&{query}&timestamps=true";
        HttpResponseMessage response = await client.OpenAsync(path, stop);
        if (response.Content.Headers.ContentType?.MediaType is "text/html" or "application/json")
        {
            response.Dispose();
            throw new InvalidDataException($"the server answered with {response.Content.Headers.ContentType.MediaType}, not with a log");
        }
        return response;
    }

    private static string PathOf(PodContainer container) =>
        $"/api/v1/namespaces/{Uri.EscapeDataString(container.Namespace)}/pods/{Uri.EscapeDataString(container.Pod)}";
}
