using Agent.Components.Common.Delivery;
using Agent.Components.Common.Http;
using Agent.Sdk.Metrics;
using Agent.Storage.Queues;
using Agent.Syntax.Values;

namespace Agent.Components.Loki.Write;

/// <summary>One destination of a <see cref="LokiWrite"/>.</summary>
internal sealed class WriteEndpoint : DeliveryEndpoint
{
    private readonly DeliveryServices _services;

    /// <param name="options">Where and how to send.</param>
    /// <param name="services">What the endpoints of a writer share.</param>
    public WriteEndpoint(EndpointOptions options, DeliveryServices services)
        : base(SettingsOf(options), services)
    {
        Options = options;
        _services = services;
        Metrics = new EndpointMetrics(services.Context.Metrics, Host);
        Metrics.Of(options.TenantId);
    }

    public EndpointOptions Options { get; }

    public EndpointMetrics Metrics { get; }

    /// <param name="tenant">The tenant that the entries name; empty for the endpoint's own.</param>
    /// <param name="reason">Why.</param>
    /// <param name="entries">How many.</param>
    /// <param name="bytes">Their size.</param>
    public void CountDropped(string tenant, string reason, long entries, long bytes) =>
        Metrics.Of(TenantOf(tenant)).Drop(reason, entries, bytes);

    public string TenantOf(string named) => named.Length > 0 ? named : Options.TenantId;

    public override void CountLost(in LostBlock lost)
    {
        if (StoredBatch.Read(lost.Metadata.Span) is { } contents)
        {
            CountDropped(contents.Tenant, DropReason.Of(lost.Loss), contents.Entries, lost.BodyLength);
        }
    }

    public Value DebugState()
    {
        (long sentBytes, long sentEntries, long droppedEntries, long retries) = Metrics.Totals();
        return new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["name"] = Value.Of(Options.Name),
            ["host"] = Value.Of(Host),
            ["healthy"] = Value.Of(!State.IsIll),
            ["last_status"] = Value.Of((long)State.LastStatus),
            ["last_error"] = Value.Of(State.LastError),
            ["last_error_time"] = Value.Of(State.LastErrorTime?.ToString("O") ?? ""),
            ["queued_bytes"] = Value.Of(MemoryBytes),
            ["queued_batches"] = Value.Of((long)Readers.Sum(static reader => reader.MemoryBlocks)),
            ["waits_on_disk"] = Value.Of(Readers.Any(static reader => reader.HasBacklog)),
            ["oldest_unsent_seconds"] = Value.Of(OldestUnsent.TotalSeconds),
            ["sent_bytes"] = Value.Of(sentBytes),
            ["sent_entries"] = Value.Of(sentEntries),
            ["dropped_entries"] = Value.Of(droppedEntries),
            ["dropped_by_reason"] = Metrics.DroppedByReason(),
            ["retries"] = Value.Of(retries),
        });
    }

    protected override (IDisposable Client, Func<QueueReader, CancellationToken, Task> Send) Connect(CancellationToken cut)
    {
        TimeProvider time = _services.Context.Time;
        var target = new PushTarget(Options.Url, Options.RemoteTimeout, Options.Headers);
        var client = new PushClient(HttpClientBuilder.Build(Options.Http, time), target, time, cut);
        return (client, new EndpointSender(this, client, _services).RunAsync);
    }

    protected override void AddGauges(MetricScope scope)
    {
        (string, string)[] labels = [("host", Host), ("endpoint", Options.Name)];
        scope.ObservedGauge("loki_write_queue_memory_bytes", "Bytes of batches that wait in memory.", () => MemoryBytes, labels);
        scope.ObservedGauge(
            "loki_write_oldest_unsent_seconds", "Age of the oldest entry that is not delivered.", () => OldestUnsent.TotalSeconds, labels);
        scope.ObservedGauge(
            "loki_write_endpoint_up", "1 while the endpoint takes what is sent, 0 after several failures in a row.",
            () => State.IsIll ? 0 : 1, labels);
    }

    private static DeliverySettings SettingsOf(EndpointOptions options)
    {
        QueueOptions queue = options.QueueConfig;
        var limits = new ReaderLimits(queue.Capacity.Bytes, queue.BlockOnOverflow);
        return new DeliverySettings(options.Url, options.Name, options.Batching.Shards, limits)
        {
            DrainTimeout = queue.DrainTimeout,
            CatchUpRate = options.CatchUpRate.Bytes,
        };
    }
}
