using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Write;

/// <summary>Where one batch of a source stands: its entries before <paramref name="Entry"/> are in all lanes before <paramref name="Lane"/>.</summary>
internal record struct Progress(int Lane, int Entry);

/// <summary>The endpoints of one configuration and the lanes that batch for them. Used under the component's gate.</summary>
internal sealed class WritePipeline(WriteEndpoint[] endpoints, BatchLane[] lanes)
{
    public static WritePipeline Empty { get; } = new([], []);

    public WriteEndpoint[] Endpoints => endpoints;

    public BatchLane[] Lanes => lanes;

    /// <summary>When the oldest open batch must go; null without any.</summary>
    public DateTimeOffset? Due
    {
        get
        {
            DateTimeOffset? due = null;
            foreach (BatchLane lane in lanes)
            {
                due = due is null || lane.Due < due ? lane.Due ?? due : due;
            }
            return due;
        }
    }

    /// <summary>Takes entries from <paramref name="progress"/> on. Returns null when all are taken, else a task to wait for.</summary>
    public Task? Append(LogBatch batch, ref Progress progress)
    {
        for (; progress.Lane < lanes.Length; progress = new Progress(progress.Lane + 1, 0))
        {
            int entry = progress.Entry;
            Task? blocked = lanes[progress.Lane].Append(batch, ref entry);
            progress.Entry = entry;
            if (blocked is not null)
            {
                return blocked;
            }
        }
        return null;
    }

    public Task? FlushDue()
    {
        Task? blocked = null;
        foreach (BatchLane lane in lanes)
        {
            blocked = lane.FlushDue() ?? blocked;
        }
        return blocked;
    }

    public void FlushAll()
    {
        foreach (BatchLane lane in lanes)
        {
            lane.FlushAll();
        }
    }
}
