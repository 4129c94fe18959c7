using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>Stops nodes that are no longer wanted.</summary>
internal static partial class NodeRetirement
{
    /// <summary>Longest wait for calls that are under way: what a stuck sink holds is not delivered by waiting for it.</summary>
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(1);

    private const int Rounds = 2;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until those that have got new receivers are done with the old ones.</summary>
    /// <remarks>
    /// A producer takes new arguments at once, but a batch that it is handing over still goes the old way. Real time, since what is
    /// waited for are threads: the second round is for a producer that had its receivers in hand, but had not called yet.
    /// </remarks>
    /// <param name="leaving">What is about to be stopped.</param>
    /// <param name="updated">What has got new arguments.</param>
    public static async Task DrainAsync(IReadOnlyList<PlacedNode> leaving, IReadOnlyList<PlacedNode> updated)
    {
        if (!leaving.Any(static place => place.Node.Calls.Entered > 0))
        {
            return;
        }
        using var limit = new CancellationTokenSource(LongestDrain);
        PlacedNode[] called = [.. leaving, .. updated];
        for (int round = 0; round < Rounds && !limit.IsCancellationRequested; round++)
        {
            long[] begun = [.. called.Select(static place => place.Node.Calls.Entered)];
            do
            {
                await Task.Delay(Glance, TimeProvider.System).ConfigureAwait(false);
            }
            while (!limit.IsCancellationRequested && called.Zip(begun).Any(static pair => pair.First.Node.Calls.Left < pair.Second));
        }
    }

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
