using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.PodTails;

/// <summary>Hands on what a tail has read, and knows how far that was delivered.</summary>
internal sealed class TailDelivery
{
    private readonly PodTailServices _services;
    private readonly DeliveryOrder<LineMark> _order;
    private LineMark _handedOn;
    private volatile LabelSet[] _streams = [];

    public TailDelivery(PodTailServices services, PodPosition start)
    {
        _services = services;
        Recent = new RecentLines(start);
        _handedOn = Recent.Mark;
        _order = new DeliveryOrder<LineMark>(_handedOn) { Moved = OnMoved };
        Restarts = start.Restarts;
    }

    public RecentLines Recent { get; }

    /// <summary>Of the run of the container that is read; -1 where that is not known.</summary>
    public int Restarts
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>The streams that each line is sent as; counts from the next batch on.</summary>
    public LabelSet[] Streams
    {
        get => _streams;
        set => _streams = value;
    }

    /// <summary>True while the consumer is at work: what fails then is its fault, and not to be tried again.</summary>
    public bool IsHandingOn { get; private set; }

    public bool IsSettled => _order.IsSettled;

    /// <summary>The time of the last line that was handed on; null before the first one.</summary>
    public DateTimeOffset? LastEntry => Recent.Mark.Last is > 0 and var last ? DateTimeOffset.UnixEpoch.AddTicks(last / 100) : null;

    public PodPosition Delivered => Recent.Snapshot(_order.Delivered, Restarts);

    public Task SettledAsync(TimeSpan limit) => _order.SettledAsync(limit, _services.Time);

    /// <summary>Reads lines of some bytes and hands them on.</summary>
    /// <param name="lines">Takes lines while <paramref name="read"/> runs.</param>
    /// <param name="read">Puts bytes into lines.</param>
    /// <param name="bytes">The bytes; they must last until this has ended.</param>
    /// <param name="stop">Ends the component.</param>
    public async ValueTask TakeAsync(PodLines lines, Action<ReadOnlyMemory<byte>> read, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        _services.Memory.Count(bytes.Length);
        LogBatch batch = _services.Batches.Rent();
        try
        {
            lines.Begin(batch, _streams);
            read(bytes);
            lines.Begin(null, []);
            await HandOnAsync(batch, stop);
        }
        finally
        {
            _services.Batches.Return(batch);
        }
    }

    private async ValueTask HandOnAsync(LogBatch batch, CancellationToken stop)
    {
        LineMark mark = Recent.Mark;
        if (mark == _handedOn)
        {
            return;
        }
        _handedOn = mark;
        if (batch.Count == 0)
        {
            _order.Advance(mark);
            return;
        }
        Receipt receipt = _order.Begin(mark);
        batch.Receipt = receipt;
        IsHandingOn = true;
        await _services.Consumer.ConsumeAsync(batch, stop);
        IsHandingOn = false;
        receipt.Settle();
        _services.Metrics.Entries.Add(batch.Count);
    }

    private void OnMoved()
    {
        Recent.Forget(_order.Delivered);
        _services.Moved();
    }
}
