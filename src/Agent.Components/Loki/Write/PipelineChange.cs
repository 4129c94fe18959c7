namespace Agent.Components.Loki.Write;

/// <summary>Goes from one configuration to the next without losing what waits.</summary>
internal static class PipelineChange
{
    /// <summary>Endpoints and lanes that did not change stay what they are, with their queues, connections and open batches.</summary>
    public static WritePipeline Build(
        WritePipeline old, LokiWrite.Arguments arguments, Func<EndpointOptions, WriteEndpoint> create, TimeProvider time)
    {
        WriteEndpoint[] endpoints =
        [
            .. arguments.Endpoint.Select(options => Array.Find(old.Endpoints, e => e.Options == options) ?? create(options)),
        ];
        var streams = new StreamSettings(arguments.ExternalLabels, arguments.MaxStreams, arguments.Limits);
        BatchLane[] lanes =
        [
            .. endpoints.GroupBy(static endpoint => endpoint.Options.Batching).Select(group =>
            {
                WriteEndpoint[] members = [.. group];
                return Array.Find(old.Lanes, l => l.Batching == group.Key && l.Streams == streams && l.Endpoints.SequenceEqual(members))
                    ?? new BatchLane(group.Key, streams, members, time);
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
        if (running)
        {
            added.ForEach(static endpoint => endpoint.Start());
        }
    }
}
