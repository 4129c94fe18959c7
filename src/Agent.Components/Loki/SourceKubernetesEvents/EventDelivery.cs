using System.Text;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>Hands on the events of one feed that are new, in order, and knows how far they were delivered.</summary>
internal sealed class EventDelivery(EventServices services, EventFeedSettings settings, EventPosition start)
{
    private const int MostPerBatch = 500;
    private const int MostStreams = 10_000;

    private readonly DeliveryOrder<EventPosition> _order = new(start) { Moved = services.Moved };
    private readonly Dictionary<string, LabelSet> _streams = new(StringComparer.Ordinal);

    /// <summary>Behind the last event that was read.</summary>
    public EventPosition Position { get; private set; } = start;

    public EventPosition Delivered => _order.Delivered;

    public bool IsSettled => _order.IsSettled;

    /// <summary>True while the consumer is at work: what fails then is its fault, and not to be tried again.</summary>
    public bool IsHandingOn { get; private set; }

    public Task SettledAsync(TimeSpan limit) => _order.SettledAsync(limit, services.Time);

    /// <summary>Versions count anew, as in a cluster that was restored: only times tell what is known.</summary>
    public void ForgetVersion() => Position = Position with { Version = 0 };

    /// <summary>Everything up to a version was seen; there may have been nothing.</summary>
    public void Advance(ulong version)
    {
        if (version > Position.Version)
        {
            Position = Position with { Version = version };
            _order.Advance(Position);
        }
    }

    public async ValueTask TakeAsync(IReadOnlyList<KubernetesEvent> events, CancellationToken stop)
    {
        // Before any of them moves the position: where versions say nothing, equal times must not hide one another.
        EventPosition known = Position;
        LogBatch batch = services.Batches.Rent();
        try
        {
            foreach (KubernetesEvent found in events)
            {
                if (known.Knows(found))
                {
                    services.Metrics.Known.Increment();
                    continue;
                }
                Position = Position.After(found);
                if (found.Involved.Name.Length == 0)
                {
                    services.Metrics.Dropped.Increment();
                    continue;
                }
                byte[] line = Encoding.UTF8.GetBytes(EventText.Write(found, settings.Format));
                batch.Add(new LogEntry(StreamOf(found.Involved.Namespace), found.Timestamp, line));
                if (batch.Count == MostPerBatch)
                {
                    await HandOnAsync(batch, stop);
                }
            }
            await HandOnAsync(batch, stop);
        }
        finally
        {
            services.Batches.Return(batch);
        }
    }

    private async ValueTask HandOnAsync(LogBatch batch, CancellationToken stop)
    {
        if (batch.Count == 0)
        {
            return;
        }
        Receipt receipt = _order.Begin(Position);
        batch.Receipt = receipt;
        IsHandingOn = true;
        await services.Consumer.ConsumeAsync(batch, stop);
        IsHandingOn = false;
        receipt.Settle();
        services.Metrics.Entries.Add(batch.Count);
        batch.Clear();
    }

    private LabelSet StreamOf(string inNamespace)
    {
        if (!_streams.TryGetValue(inNamespace, out LabelSet? stream))
        {
            if (_streams.Count == MostStreams)
            {
                _streams.Clear();
            }
            stream = LabelSet.From([new("namespace", inNamespace), new("job", settings.Job), new("instance", settings.Instance)]);
            _streams.Add(inNamespace, stream);
        }
        return stream;
    }
}
