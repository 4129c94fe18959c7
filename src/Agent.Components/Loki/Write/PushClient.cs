using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Agent.Components.Common.Http;

namespace Agent.Components.Loki.Write;

/// <summary>Posts batches to one push API. Expected failures are replies, not exceptions.</summary>
/// <param name="options">Where and how.</param>
/// <param name="time">The clock.</param>
/// <param name="cut">Cuts off requests that are under way.</param>
internal sealed class PushClient(EndpointOptions options, TimeProvider time, CancellationToken cut) : IDisposable
{
    /// <summary>Loki names every entry that it drops: so much of that is read, and of its first line so much is shown.</summary>
    private const int MaxErrorBytes = 64 << 10;
    private const int ShownError = 1024;
    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    private readonly HttpClient _http = HttpClientBuilder.Build(options.Http, time);
    private readonly AuthenticationHeaderValue? _urlUser = UserOf(options.Url);

    /// <param name="tenant">Empty where the server has no tenants.</param>
    public async Task<PushReply> PostAsync(EncodedBatch batch, string tenant)
    {
        using var timeout = new CancellationTokenSource(options.RemoteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cut, timeout.Token);
        using HttpRequestMessage request = RequestFor(batch, tenant);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            int status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
            {
                return new PushReply(status, null, null);
            }
            string text = await TextOf(response, either.Token);
            return new PushReply(status, ErrorOf(status, text), RetryAfterOf(response), text);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cut.IsCancellationRequested)
        {
            return new PushReply(-1, $"no reply within {options.RemoteTimeout.TotalSeconds} s", null);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return new PushReply(-1, MessageOf(failed), null);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage RequestFor(EncodedBatch batch, string tenant)
    {
        HttpContent content = batch.ToContent();
        content.Headers.ContentType = Protobuf;
        content.Headers.ContentEncoding.Add("snappy");
        var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = content };
        request.Headers.Authorization = _urlUser;
        if (tenant.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("X-Scope-OrgID", tenant);
        }
        foreach ((string name, string value) in options.Headers)
        {
            // What the protocol sets stays as it is.
            if (!request.Headers.NonValidated.Contains(name) && !content.Headers.NonValidated.Contains(name))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return request;
    }

    private static async Task<string> TextOf(HttpResponseMessage response, CancellationToken stop)
    {
        byte[] text = ArrayPool<byte>.Shared.Rent(MaxErrorBytes);
        try
        {
            using Stream body = await response.Content.ReadAsStreamAsync(stop);
            int length = await body.ReadAtLeastAsync(text.AsMemory(0, MaxErrorBytes), MaxErrorBytes, throwOnEndOfStream: false, stop);
            return Encoding.UTF8.GetString(text, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static string ErrorOf(int status, string text)
    {
        ReadOnlySpan<char> line = text.AsSpan(0, Math.Min(text.Length, ShownError));
        int end = line.IndexOf('\n');
        return $"server returned HTTP status {status}: {(end < 0 ? line : line[..end]).Trim()}";
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    private static string MessageOf(Exception failed) =>
        failed.InnerException is { } inner && !failed.Message.Contains(inner.Message, StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"{failed.Message} ({inner.Message})")
            : failed.Message;

    /// <summary>A user name in the URL stands for basic authentication, as everywhere in the field.</summary>
    private static AuthenticationHeaderValue? UserOf(Uri url) => url.UserInfo.Length == 0
        ? null
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
}
