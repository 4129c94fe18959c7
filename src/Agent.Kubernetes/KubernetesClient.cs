using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;

namespace Agent.Kubernetes;

/// <summary>Speaks to one API server with one identity.</summary>
/// <param name="http">Authenticates and trusts; has no timeout of its own.</param>
/// <param name="server">Base URL of the API server; its path, if it has one, stands before every other.</param>
/// <param name="time">Decides when a server that does not answer is given up; the system's by default.</param>
public sealed class KubernetesClient(HttpMessageInvoker http, Uri server, TimeProvider? time = null)
{
    /// <summary>Longer than the server's own timeout for what is no watch, so that its reason is heard where it has one.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(75);

    /// <summary>A status is a few hundred bytes; the page of a proxy may be anything.</summary>
    private const int LongestStatus = 64 * 1024;

    private const string Compression = "gzip";

    private readonly string _root = server.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>Where the API server is.</summary>
    public Uri Server => server;

    /// <summary>Sends a request and returns once the headers of the answer are there; the caller disposes of it.</summary>
    /// <param name="path">Path and query, such as <c>/api/v1/pods?limit=500</c>.</param>
    /// <param name="json">Body, or null for none.</param>
    /// <exception cref="KubernetesException">Any status but 2xx, with what the server says and, for 403, the RBAC rule that is missing.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached, or did not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? json, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, _root + path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (json is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        return await AskAsync(request, AccessRule.Of(method, path), AnswerLimit, stop).ConfigureAwait(false);
    }

    /// <summary>Asks for what can only be JSON, such as a list or a watch; returns once the headers of the answer are there, and the caller disposes of it.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="mayBeCompressed">Whether the server may compress it: the caller reads the body by <see cref="BodyAsync"/> then.</param>
    /// <exception cref="KubernetesException">Any status but 2xx, as with <see cref="SendAsync"/>.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached, or what answers is something else, such as a proxy with a page of its own.</exception>
    public async Task<HttpResponseMessage> GetJsonAsync(string path, bool mayBeCompressed, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _root + path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (mayBeCompressed)
        {
            // As Kubernetes' own clients do; servers compress from 128 KiB on, to a tenth or less.
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(Compression));
        }
        HttpResponseMessage answer = await AskAsync(request, AccessRule.Of(HttpMethod.Get, path), AnswerLimit, stop).ConfigureAwait(false);
        string type = answer.Content.Headers.ContentType?.MediaType ?? "";
        if (type.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            return answer;
        }
        answer.Dispose();
        throw new HttpRequestException(
            HttpRequestError.InvalidResponse, $"{server} answers {path.Split('?')[0]} with {(type.Length > 0 ? type : "something")} instead of JSON: is it the API server?");
    }

    /// <summary>Asks for what is sent as it comes to be, such as a container's log: the answer may begin after any time. The caller disposes of it.</summary>
    /// <param name="path">Path and query.</param>
    /// <exception cref="KubernetesException">Any status but 2xx, as with <see cref="SendAsync"/>.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached.</exception>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _root + path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        return await AskAsync(request, AccessRule.Of(HttpMethod.Get, path), Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false);
    }

    /// <summary>The body of an answer, decompressed where it is compressed.</summary>
    /// <remarks>Reading it throws <see cref="InvalidDataException"/> where what is compressed is damaged.</remarks>
    public static async Task<Stream> BodyAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        Stream body = await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        bool isCompressed = answer.Content.Headers.ContentEncoding.LastOrDefault() is { } encoding
            && encoding.Equals(Compression, StringComparison.OrdinalIgnoreCase);
        return isCompressed ? new GZipStream(body, CompressionMode.Decompress) : body;
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, AccessRule rule, TimeSpan patience, CancellationToken stop)
    {
        HttpResponseMessage answer = await AnswerToAsync(request, patience, stop).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }
        using (answer)
        {
            throw await RefusalAsync(answer, rule, stop).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> AnswerToAsync(HttpRequestMessage request, TimeSpan patience, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(patience, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            // HttpClient would wait for the whole body, which a watch never has.
            Task<HttpResponseMessage> answer = http is HttpClient client
                ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token)
                : http.SendAsync(request, either.Token);
            return await answer.ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!stop.IsCancellationRequested)
        {
            // The limit here, or that of the transport for a new connection.
            string cause = limit.IsCancellationRequested ? $"it did not answer within {patience.TotalSeconds} s" : "no connection came about in time";
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"cannot reach {server}: {cause}", late);
        }
        catch (Exception unusable) when (unusable is IOException or FormatException or InvalidOperationException or NotSupportedException or AuthenticationException)
        {
            // Such as a token file that is gone, or holds no token: the next attempt reads it again.
            throw new HttpRequestException(HttpRequestError.Unknown, $"cannot ask {server}: {unusable.Message}", unusable);
        }
    }

    private static async Task<KubernetesException> RefusalAsync(HttpResponseMessage answer, AccessRule rule, CancellationToken stop)
    {
        ServerStatus? status = ServerStatus.TryRead(await StartOfBodyAsync(answer, stop).ConfigureAwait(false));
        string said = status is { Message.Length: > 0 } ? status.Message : answer.ReasonPhrase ?? "";
        string message = $"cannot {rule.Verb} {rule.Resource}: {(int)answer.StatusCode} {said}".TrimEnd();
        if (answer.StatusCode == HttpStatusCode.Forbidden)
        {
            message += $"; the RBAC rule that is missing: {rule}";
        }
        TimeSpan? after = answer.Headers.RetryAfter?.Delta;
        return new KubernetesException(answer.StatusCode, status?.Reason ?? "", message) { RetryAfter = after };
    }

    private static async Task<byte[]> StartOfBodyAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        byte[] body = new byte[LongestStatus];
        int length = 0;
        try
        {
            await using Stream stream = await BodyAsync(answer, stop).ConfigureAwait(false);
            length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or InvalidDataException)
        {
            // The status line says enough.
        }
        return body[..length];
    }
}
