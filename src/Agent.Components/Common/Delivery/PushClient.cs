using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Sdk;

namespace Agent.Components.Common.Delivery;

/// <summary>Where requests go.</summary>
/// <param name="Url">The push API.</param>
/// <param name="Timeout">Longest time of a request.</param>
/// <param name="Headers">Further headers; what the protocol sets is not changed by them.</param>
internal sealed record PushTarget(Uri Url, TimeSpan Timeout, ValueMap<string> Headers);

/// <summary>What the protocol says of a request, beside its body.</summary>
/// <param name="ContentType">Of the body, a snappy block.</param>
/// <param name="Header">A header of the protocol.</param>
/// <param name="Value">Its value; without one the header is not sent.</param>
/// <param name="ReplyHeader">A header of a successful reply that is of interest.</param>
internal readonly record struct PushForm(MediaTypeHeaderValue ContentType, string Header, string Value, string? ReplyHeader = null);

/// <summary>Posts blocks to one push API. Expected failures are replies, not exceptions.</summary>
/// <param name="http">Sends the requests; goes with this client.</param>
/// <param name="target">Where.</param>
/// <param name="time">The clock.</param>
/// <param name="cut">Cuts off requests that are under way.</param>
internal sealed class PushClient(HttpClient http, PushTarget target, TimeProvider time, CancellationToken cut) : IDisposable
{
    /// <summary>Loki names every entry that it drops: so much of that is read, and of its first line so much is shown.</summary>
    private const int MaxErrorBytes = 64 << 10;
    private const int ShownError = 1024;

    private readonly AuthenticationHeaderValue? _urlUser = UrlUser.HeaderOf(target.Url);

    public async Task<PushReply> PostAsync(EncodedBlock block, PushForm form)
    {
        using var timeout = new CancellationTokenSource(target.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cut, timeout.Token);
        using HttpRequestMessage request = RequestFor(block, form);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            int status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
            {
                return new PushReply(status, null, null) { Header = HeaderOf(response, form.ReplyHeader) };
            }
            string text = await TextOf(response, either.Token);
            return new PushReply(status, ErrorOf(status, text), RetryAfterOf(response), text);
        }
        catch (OperationCanceledException) when (!cut.IsCancellationRequested)
        {
            // Where a token has to be fetched first, that has a timeout of its own.
            string error = timeout.IsCancellationRequested
                ? $"no reply within {target.Timeout.TotalSeconds} s"
                : "no reply from where the request's token comes from";
            return new PushReply(-1, error, null);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return new PushReply(-1, MessageOf(failed), null);
        }
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage RequestFor(EncodedBlock block, PushForm form)
    {
        HttpContent content = block.ToContent();
        content.Headers.ContentType = form.ContentType;
        content.Headers.ContentEncoding.Add("snappy");
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = content };
        request.Headers.Authorization = _urlUser;
        if (form.Value.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(form.Header, form.Value);
        }
        foreach ((string name, string value) in target.Headers)
        {
            // What the protocol sets stays as it is.
            if (!request.Headers.NonValidated.Contains(name) && !content.Headers.NonValidated.Contains(name))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return request;
    }

    private static string? HeaderOf(HttpResponseMessage response, string? name) =>
        name is not null && response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

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
}
