using Agent.Sdk;
using Agent.Sdk.Metrics;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Common.Http;

/// <summary>Lets a few requests in at a time, since each holds memory; the others wait for their turn.</summary>
internal sealed class RequestGate(int most, ComponentContext context, string prefix) : IDisposable
{
    /// <summary>In seconds. Senders that do not look at it wait by a rule of their own.</summary>
    private const string RetryAfter = "5";

    private readonly SemaphoreSlim _turns = new(most);
    private readonly Counter _refused = context.Metrics.Counter(
        $"{prefix}_refused_requests_total", "Number of requests that were refused with 503, so that the sender tries again.", ("reason", "memory"));

    /// <summary>
    /// What outlasts its caller, the component or a timeout of its own is answered with 503, so that the sender tries again; and so is
    /// what comes while memory is short. Not with 429, after which some senders of metrics give up what they sent.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="answer">Takes the data.</param>
    /// <param name="cut">Cancelled when requests in progress must end.</param>
    public async Task<HttpReply> PassAsync(HttpContext http, Func<CancellationToken, Task<HttpReply>> answer, CancellationToken cut)
    {
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, cut);
        bool hasTurn = false;
        try
        {
            await _turns.WaitAsync(ends.Token);
            hasTurn = true;
            context.Memory.Count(http.Request.ContentLength ?? 0);
            return context.Memory.IsClosed ? Refuse(http) : await answer(ends.Token);
        }
        catch (OperationCanceledException)
        {
            return new HttpReply(StatusCodes.Status503ServiceUnavailable, "cannot take the data now: try again later");
        }
        finally
        {
            if (hasTurn)
            {
                _turns.Release();
            }
        }
    }

    public void Dispose() => _turns.Dispose();

    private HttpReply Refuse(HttpContext http)
    {
        _refused.Increment();
        http.Response.Headers.RetryAfter = RetryAfter;
        return new HttpReply(StatusCodes.Status503ServiceUnavailable, "cannot take the data now: memory is short, try again later");
    }
}
