using Microsoft.AspNetCore.Http;

namespace Agent.Components.Common.Http;

/// <summary>Lets a few requests in at a time, since each holds memory; the others wait for their turn.</summary>
internal sealed class RequestGate(int most) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(most);

    /// <summary>What outlasts its caller, the component or a timeout of its own is answered with 503, so that the sender tries again.</summary>
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
            return await answer(ends.Token);
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
}
