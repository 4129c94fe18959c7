using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Agent.Sdk;
using Agent.Wire;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>What a target answered.</summary>
/// <param name="ContentType">Its Content-Type header, empty where it has none.</param>
/// <param name="Error">Why there is no answer; null where there is one.</param>
/// <param name="IsTooLarge">The answer was larger than the limit.</param>
internal readonly record struct FetchResult(string ContentType, string? Error, bool IsTooLarge = false);

/// <summary>Asks a target for its metrics.</summary>
internal static class TargetFetch
{
    public const int SmallestRead = 4096;

    /// <summary>Fills <paramref name="body"/> with the answer, decompressed. Ordinary failures are results; only <paramref name="stop"/> throws.</summary>
    public static async Task<FetchResult> GetAsync(ScrapePlan plan, ScrapeTarget target, GrowableBuffer body, TimeProvider time, CancellationToken stop)
    {
        if (!Uri.TryCreate(target.Url, UriKind.Absolute, out Uri? url) || url.Host.Length == 0)
        {
            return new FetchResult("", $"cannot scrape {target.Url}: it is no valid URL");
        }
        using var limit = new CancellationTokenSource(target.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await (plan.IsLocal(target) ? LocalFetch.GetAsync(plan, target, url, body, either.Token) : GetAsync(plan, target, url, body, either.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new FetchResult("", $"cannot scrape {target.Url}: no answer within the scrape timeout of {PrometheusDuration.Format(target.Timeout)}");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or InvalidDataException or NotSupportedException
            or UnauthorizedAccessException or ComponentException or CryptographicException or InvalidOperationException or FormatException)
        {
            return new FetchResult("", $"cannot scrape {target.Url}: {Cause(failed)}");
        }
    }

    private static async Task<FetchResult> GetAsync(ScrapePlan plan, ScrapeTarget target, Uri url, GrowableBuffer body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        HttpRequestHeaders headers = request.Headers;
        headers.TryAddWithoutValidation("Accept", plan.Accept);
        headers.TryAddWithoutValidation("Accept-Encoding", plan.Arguments.EnableCompression ? "gzip" : "identity");
        headers.TryAddWithoutValidation(
            "X-Prometheus-Scrape-Timeout-Seconds", target.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        using HttpResponseMessage response = await plan.Client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new FetchResult("", $"server returned HTTP status {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd());
        }
        string encoding = string.Join(',', response.Content.Headers.ContentEncoding);
        if (encoding is not ("" or "gzip" or "identity"))
        {
            return new FetchResult("", $"cannot scrape {target.Url}: the answer has the encoding \"{encoding}\", which nobody asked for");
        }
        await using Stream raw = await response.Content.ReadAsStreamAsync(stop);
        long limit = plan.Arguments.Limits.Body;
        bool fits = encoding == "gzip" ? await GzipBody.ReadAsync(raw, body, limit, stop) : await ReadAsync(raw, body, limit, stop);
        return fits
            ? new FetchResult(ContentTypeOf(response), null)
            : new FetchResult("", TooLarge(limit), IsTooLarge: true);
    }

    internal static string TooLarge(long limit) => $"body size limit exceeded (limit: {limit} bytes)";

    // As written: parsed and put together again it might differ from what Prometheus judges.
    private static string ContentTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values) ? values.ToString() : "";

    /// <summary>Reads a stream to its end or to the limit.</summary>
    /// <returns>False where there is more than the limit.</returns>
    internal static async Task<bool> ReadAsync(Stream from, GrowableBuffer body, long limit, CancellationToken stop)
    {
        while (true)
        {
            // Never more than the limit and one byte, which tells that there is more: however well a bomb is packed, this much is read of it.
            long room = limit - body.Length + 1;
            Memory<byte> target = body.GetMemory((int)Math.Min(SmallestRead, room));
            int read = await from.ReadAsync(target[..(int)Math.Min(target.Length, room)], stop);
            if (read == 0)
            {
                return true;
            }
            body.Advance(read);
            if (body.Length > limit)
            {
                return false;
            }
        }
    }

    private static string Cause(Exception failed)
    {
        Exception deepest = failed.GetBaseException();
        return failed is HttpRequestException && deepest != failed && !failed.Message.Contains(deepest.Message, StringComparison.Ordinal)
            ? $"{failed.Message} {deepest.Message}"
            : failed.Message;
    }
}
