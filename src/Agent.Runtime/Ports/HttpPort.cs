using Agent.Sdk.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Ports;

/// <summary>A component's HTTP paths as others see them: a failure of the component is an answer, and spreads no further.</summary>
internal sealed partial class HttpPort(IHttpHandler inner, string id, ILogger logger) : IHttpHandler
{
    public string Id => id;

    public async ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        try
        {
            await inner.HandleAsync(request, reply, stop).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The one place where a request's exception is turned into an answer.
        catch (Exception exception) when (exception is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            LogFailure(logger, exception, request.Path);
            reply.Text(500, $"component {id} failed: {exception.Message}");
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the component failed to answer a request for {Path}")]
    private static partial void LogFailure(ILogger logger, Exception exception, string path);
}
