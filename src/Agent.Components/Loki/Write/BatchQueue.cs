namespace Agent.Components.Loki.Write;

/// <summary>Batches that wait for one sender, in order, bounded in bytes of memory.</summary>
/// <remarks>The sender looks at the first and takes it away when it has finished with it, so that a batch is never nowhere.</remarks>
internal sealed class BatchQueue(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<EncodedBatch> _batches = new();
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _data;
    private bool _ended;

    public long Bytes { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _batches.Count;
            }
        }
    }

    /// <summary>Null where the batch was taken, else a task that completes when there may be room. An empty queue takes any batch.</summary>
    public Task? TryEnqueue(EncodedBatch batch)
    {
        lock (_gate)
        {
            if (_batches.Count > 0 && Bytes + batch.Footprint > capacity)
            {
                return (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            Add(batch);
            return null;
        }
    }

    /// <summary>Takes the batch whatever the queue holds: for the last ones before a change or a stop.</summary>
    public void Enqueue(EncodedBatch batch)
    {
        lock (_gate)
        {
            Add(batch);
        }
    }

    /// <summary>The first batch, which stays in the queue; null when the queue has ended and is empty.</summary>
    public async ValueTask<EncodedBatch?> PeekAsync(CancellationToken stop)
    {
        while (true)
        {
            Task data;
            lock (_gate)
            {
                if (_batches.TryPeek(out EncodedBatch? first))
                {
                    return first;
                }
                if (_ended)
                {
                    return null;
                }
                data = (_data ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await data.WaitAsync(stop);
        }
    }

    /// <summary>Takes the first batch away.</summary>
    public EncodedBatch? Dequeue()
    {
        TaskCompletionSource? room;
        EncodedBatch? batch;
        lock (_gate)
        {
            if (!_batches.TryDequeue(out batch))
            {
                return null;
            }
            Bytes -= batch.Footprint;
            (room, _room) = (_room, null);
        }
        room?.SetResult();
        return batch;
    }

    /// <summary>Lets the sender finish when all is sent.</summary>
    public void End(bool ended)
    {
        TaskCompletionSource? data;
        lock (_gate)
        {
            _ended = ended;
            (data, _data) = (_data, null);
        }
        data?.SetResult();
    }

    /// <summary>Wakes who waits for room, to look elsewhere: this queue's endpoint is gone.</summary>
    public void WakeWaiters()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            (room, _room) = (_room, null);
        }
        room?.SetResult();
    }

    private void Add(EncodedBatch batch)
    {
        _batches.Enqueue(batch);
        Bytes += batch.Footprint;
        _data?.TrySetResult();
        _data = null;
    }
}
