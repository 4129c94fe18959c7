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
    private const int MaxErrorBytes = 1024;
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
            return response.IsSuccessStatusCode
                ? new PushReply(status, null, null)
                : new PushReply(status, await ErrorOf(response, either.Token), RetryAfterOf(response));
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

    /// <summary>The first line of the reply, at most 1 KiB.</summary>
    private static async Task<string> ErrorOf(HttpResponseMessage response, CancellationToken stop)
    {
        byte[] text = new byte[MaxErrorBytes];
        using Stream body = await response.Content.ReadAsStreamAsync(stop);
        int length = await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, stop);
        string line = Encoding.UTF8.GetString(text, 0, length).Split('\n', 2)[0].Trim();
        return $"server returned HTTP status {(int)response.StatusCode}: {line}";
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
