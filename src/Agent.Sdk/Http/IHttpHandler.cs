namespace Agent.Sdk.Http;

/// <summary>A component that answers HTTP requests: all those below <c>/api/v0/component/ID/</c>, while it runs.</summary>
/// <remarks>Requests come from the agent's server, and from within the process (<see cref="LocalHttp"/>).</remarks>
public interface IHttpHandler
{
    /// <summary>
    /// Answers one request. May be called on any thread and several times at once. The reply is written to until the returned task
    /// completes and never after; once <paramref name="stop"/> is cancelled, that must be soon.
    /// </summary>
    ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop);
}
