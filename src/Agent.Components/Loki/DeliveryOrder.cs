using Agent.Telemetry;

namespace Agent.Components.Loki;

/// <summary>
/// How far a source was delivered: the end of the last batch before which all are settled. Batches settle in any order, on any thread.
/// </summary>
internal sealed class DeliveryOrder<TPosition>(TPosition start)
{
    private readonly Lock _gate = new();
    private readonly Queue<OrderedReceipt> _outstanding = [];
    private readonly Stack<OrderedReceipt> _free = [];
    private TPosition _delivered = start;
    private OrderedReceipt? _last;
    private TaskCompletionSource? _settled;

    /// <summary>Called, outside of any lock, when the position has moved.</summary>
    public required Action Moved { get; init; }

    public TPosition Delivered
    {
        get
        {
            lock (_gate)
            {
                return _delivered;
            }
        }
    }

    /// <summary>True while nothing that was begun is under way.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_gate)
            {
                return _outstanding.Count == 0;
            }
        }
    }

    /// <summary>A receipt for a batch after which the source goes on at <paramref name="end"/>.</summary>
    public Receipt Begin(TPosition end)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out OrderedReceipt? receipt))
            {
                receipt = new OrderedReceipt(this);
            }
            receipt.Reset(end);
            _outstanding.Enqueue(receipt);
            _last = receipt;
            return receipt;
        }
    }

    /// <summary>Moves over what holds nothing to deliver: counted once what was read before it is settled.</summary>
    public void Advance(TPosition end)
    {
        lock (_gate)
        {
            if (_outstanding.Count > 0)
            {
                _last!.End = end;
                return;
            }
            _delivered = end;
        }
        Moved();
    }

    /// <summary>Completes when all that was begun is settled, at the latest after <paramref name="limit"/>. Only once nothing more is begun.</summary>
    public Task SettledAsync(TimeSpan limit, TimeProvider time)
    {
        lock (_gate)
        {
            if (_outstanding.Count == 0)
            {
                return Task.CompletedTask;
            }
            _settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        return WaitAsync(_settled.Task, limit, time);
    }

    private static async Task WaitAsync(Task settled, TimeSpan limit, TimeProvider time) =>
        await settled.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Settled(OrderedReceipt receipt)
    {
        bool hasMoved = false;
        lock (_gate)
        {
            receipt.IsSettled = true;
            while (_outstanding.TryPeek(out OrderedReceipt? first) && first.IsSettled)
            {
                _outstanding.Dequeue();
                _delivered = first.End;
                _free.Push(first);
                hasMoved = true;
            }
            if (_outstanding.Count == 0)
            {
                _settled?.TrySetResult();
            }
        }
        if (hasMoved)
        {
            Moved();
        }
    }

    private sealed class OrderedReceipt(DeliveryOrder<TPosition> owner) : Receipt
    {
        public TPosition End { get; set; } = default!;

        public bool IsSettled { get; set; }

        public void Reset(TPosition end)
        {
            Renew();
            End = end;
            IsSettled = false;
        }

        protected override void OnSettled() => owner.Settled(this);
    }
}
