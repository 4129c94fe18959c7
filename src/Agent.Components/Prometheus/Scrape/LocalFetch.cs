using System.Buffers;
using Agent.Sdk.Http;
using Agent.Wire;
using Microsoft.AspNetCore.WebUtilities;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Asks a component of this process for its metrics: no socket, no HTTP text, no compression.</summary>
internal static class LocalFetch
{
    /// <summary>Fills <paramref name="body"/> with the answer, up to the limit of the configuration.</summary>
    public static async Task<FetchResult> GetAsync(ScrapePlan plan, ScrapeTarget target, Uri url, GrowableBuffer body, CancellationToken stop)
    {
        long limit = plan.Arguments.Limits.Body;
        var bounded = new BoundedBuffer(body, limit);
        var reply = new LocalReply(bounded);
        var request = new LocalRequest
        {
            Path = Uri.UnescapeDataString(url.AbsolutePath),
            QueryString = url.Query,
            Accept = plan.Accept,
            ScrapeTimeout = target.Timeout,
        };
        await plan.Local!.HandleAsync(request, reply, stop);
        if (reply.Status != 200)
        {
            return new FetchResult("", $"server returned HTTP status {reply.Status} {ReasonPhrases.GetReasonPhrase(reply.Status)}".TrimEnd());
        }
        return bounded.IsOver
            ? new FetchResult("", TargetFetch.TooLarge(limit), IsTooLarge: true)
            : new FetchResult(reply.ContentType, null);
    }

    /// <summary>Keeps what fits, and lets the rest go by.</summary>
    private sealed class BoundedBuffer(GrowableBuffer inner, long limit) : IBufferWriter<byte>
    {
        public bool IsOver { get; private set; }

        public void Advance(int count)
        {
            inner.Advance(count);
            if (inner.Length > limit)
            {
                IsOver = true;
                inner.Clear();
            }
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
    }
}
