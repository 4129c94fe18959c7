using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>Stops nodes that are no longer wanted.</summary>
internal static partial class NodeRetirement
{
    public static async Task RetireAsync(IReadOnlyList<PlacedNode> places, GraphServices services, ILogger logger)
    {
        foreach (IGrouping<int, PlacedNode> step in StopOrder.Steps(places))
        {
            await Task.WhenAll(step.Select(place => place.Host.StopAsync(services.StopLimit))).ConfigureAwait(false);
        }
        // Only now: a source saves its last position when it is disposed of, and the sinks behind it have delivered by then. Together,
        // because a source waits a moment for sinks that stay.
        await Task.WhenAll(places.Select(place =>
        {
            place.Node.ExportsChanged = null;
            return DisposeOfAsync(place.Node, logger);
        })).ConfigureAwait(false);
    }

    public static async Task DisposeOfAsync(ComponentNode node, ILogger logger)
    {
        try
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A component that fails to go must not keep the others.
        catch (Exception exception)
        {
            LogDisposeFailed(logger, exception, node.Id);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "component {Id} failed while it was removed")]
    private static partial void LogDisposeFailed(ILogger logger, Exception exception, string id);
}
