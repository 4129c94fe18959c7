namespace Agent.Components.Loki.Write;

/// <summary>Goes from one configuration to the next without losing what waits.</summary>
internal static class PipelineChange
{
    /// <summary>Endpoints and lanes that did not change stay what they are, with their queues, connections and open batches.</summary>
    public static WritePipeline Build(WritePipeline old, LokiWrite.Arguments arguments, EndpointServices services)
    {
        WriteEndpoint[] endpoints =
        [
            .. arguments.Endpoint.Select(options => Array.Find(old.Endpoints, e => e.Options == options) ?? new WriteEndpoint(options, services)),
        ];
        var streams = new StreamSettings(arguments.ExternalLabels, arguments.MaxStreams, arguments.Limits);
        BatchLane[] lanes =
        [
            .. endpoints.GroupBy(static endpoint => endpoint.Options.Batching).Select(group =>
            {
                WriteEndpoint[] members = [.. group];
                return Array.Find(old.Lanes, l => l.Batching == group.Key && l.Streams == streams && l.Endpoints.SequenceEqual(members))
                    ?? new BatchLane(group.Key, streams, members, services);
            }),
        ];
        return new WritePipeline(endpoints, lanes);
    }

    /// <summary>
    /// Hands open batches of lanes that go to their endpoints, what waits in a changed endpoint to its successor, and lets endpoints
    /// that go send what they have in the background.
    /// </summary>
    /// <param name="retiring">Gets the tasks of endpoints that go.</param>
    public static async Task CarryOverAsync(WritePipeline old, WritePipeline next, bool running, List<Task> retiring)
    {
        foreach (BatchLane lane in old.Lanes.Except(next.Lanes))
        {
            lane.FlushAll();
            lane.Dispose();
        }
        List<WriteEndpoint> added = [.. next.Endpoints.Except(old.Endpoints)];
        List<WriteEndpoint> free = [.. added];
        retiring.RemoveAll(static task => task.IsCompleted);
        foreach (WriteEndpoint gone in old.Endpoints.Except(next.Endpoints))
        {
            WriteEndpoint? successor = free.Find(endpoint => endpoint.Identity == gone.Identity);
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
        Open(next, free);
        if (running)
        {
            added.ForEach(static endpoint => endpoint.Start());
        }
    }

    /// <summary>Endpoints of one identity, such as two tenants of one server, are told apart by their order.</summary>
    private static void Open(WritePipeline next, List<WriteEndpoint> fresh)
    {
        HashSet<string> taken = [.. next.Endpoints.Except(fresh).Select(static endpoint => endpoint.Key)];
        foreach (WriteEndpoint endpoint in fresh)
        {
            for (int copy = 2; !taken.Add(endpoint.Key); copy++)
            {
                endpoint.Key = $"{endpoint.Identity} {copy}";
            }
            endpoint.Open();
        }
    }
}
