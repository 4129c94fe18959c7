namespace Agent.Components.Common.Delivery;

/// <summary>Goes from one configuration to the next without losing what waits.</summary>
internal static class EndpointChange
{
    /// <summary>
    /// Hands open blocks of lanes that go to their endpoints, what waits in a changed endpoint to its successor, and lets endpoints
    /// that go send what they have in the background.
    /// </summary>
    /// <param name="old">What was used so far; its lanes that <paramref name="next"/> lacks are used no more.</param>
    /// <param name="next">What is used from now on.</param>
    /// <param name="running">Whether the endpoints send.</param>
    /// <param name="retiring">Gets the tasks of endpoints that go.</param>
    public static async Task CarryOverAsync<TBatch>(
        DeliveryPipeline<TBatch> old, DeliveryPipeline<TBatch> next, bool running, List<Task> retiring)
    {
        foreach (IDeliveryLane<TBatch> lane in old.Lanes.Except(next.Lanes))
        {
            lane.FlushAll();
            lane.Dispose();
        }
        List<DeliveryEndpoint> added = [.. next.Endpoints.Except(old.Endpoints)];
        List<DeliveryEndpoint> free = [.. added];
        retiring.RemoveAll(static task => task.IsCompleted);
        foreach (DeliveryEndpoint gone in old.Endpoints.Except(next.Endpoints))
        {
            DeliveryEndpoint? successor = free.Find(endpoint => endpoint.Identity == gone.Identity);
            if (successor is null)
            {
                retiring.Add(gone.RetireAsync());
            }
            else
            {
                free.Remove(successor);
                await gone.HandOverAsync(successor);
            }
        }
        Open(next.Endpoints, free);
        if (running)
        {
            added.ForEach(static endpoint => endpoint.Start());
        }
    }

    /// <summary>Endpoints of one identity, such as two tenants of one server, are told apart by their order.</summary>
    private static void Open(DeliveryEndpoint[] all, List<DeliveryEndpoint> fresh)
    {
        HashSet<string> taken = [.. all.Except(fresh).Select(static endpoint => endpoint.Key)];
        foreach (DeliveryEndpoint endpoint in fresh)
        {
            for (int copy = 2; !taken.Add(endpoint.Key); copy++)
            {
                endpoint.Key = $"{endpoint.Identity} {copy}";
            }
            endpoint.Open();
        }
    }
}
