namespace Agent.Components.Common.Delivery;

/// <summary>Gathers what is sent to the endpoints that agree about how. Not thread safe: used under the writer's gate.</summary>
/// <typeparam name="TBatch">What sources hand over.</typeparam>
internal interface IDeliveryLane<in TBatch> : IDisposable
{
    /// <summary>When something that it gathered must go; null without any.</summary>
    DateTimeOffset? Due { get; }

    /// <summary>Takes from <paramref name="position"/> on, and moves it.</summary>
    /// <returns>Null when all is taken, else a task to wait for before going on.</returns>
    Task? Append(TBatch batch, ref int position);

    /// <summary>Ends the blocks that have waited long enough. Returns as <see cref="Append"/>; call again after waiting.</summary>
    /// <param name="isShort">Memory is short: all blocks have waited long enough.</param>
    Task? FlushDue(bool isShort);

    /// <summary>Ends all blocks and hands them to the queue whether it has room or not. The lane is not used after that.</summary>
    void FlushAll();
}

/// <summary>Where one batch of a source stands: what is before <paramref name="Position"/> is in all lanes before <paramref name="Lane"/>.</summary>
internal record struct Progress(int Lane, int Position);

/// <summary>The endpoints of one configuration and the lanes that gather for them. Used under the writer's gate.</summary>
internal sealed class DeliveryPipeline<TBatch>(DeliveryEndpoint[] endpoints, IDeliveryLane<TBatch>[] lanes)
{
    public DeliveryEndpoint[] Endpoints => endpoints;

    public IDeliveryLane<TBatch>[] Lanes => lanes;

    /// <summary>When the oldest open block must go; null without any.</summary>
    public DateTimeOffset? Due
    {
        get
        {
            DateTimeOffset? due = null;
            foreach (IDeliveryLane<TBatch> lane in lanes)
            {
                due = due is null || lane.Due < due ? lane.Due ?? due : due;
            }
            return due;
        }
    }

    /// <summary>Takes what the batch holds from <paramref name="progress"/> on. Returns null when all is taken, else a task to wait for.</summary>
    public Task? Append(TBatch batch, ref Progress progress)
    {
        for (; progress.Lane < lanes.Length; progress = new Progress(progress.Lane + 1, 0))
        {
            int position = progress.Position;
            Task? blocked = lanes[progress.Lane].Append(batch, ref position);
            progress.Position = position;
            if (blocked is not null)
            {
                return blocked;
            }
        }
        return null;
    }

    public Task? FlushDue(bool isShort)
    {
        Task? blocked = null;
        foreach (IDeliveryLane<TBatch> lane in lanes)
        {
            blocked = lane.FlushDue(isShort) ?? blocked;
        }
        return blocked;
    }

    public void FlushAll()
    {
        foreach (IDeliveryLane<TBatch> lane in lanes)
        {
            lane.FlushAll();
        }
    }
}
