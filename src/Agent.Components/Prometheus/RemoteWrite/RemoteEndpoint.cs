using System.Text;
using Agent.Components.Common.Delivery;
using Agent.Components.Common.Http;
using Agent.Sdk.Metrics;
using Agent.Storage;
using Agent.Storage.Queues;
using Agent.Syntax.Values;
using Agent.Wire.RemoteWrite;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>One destination of a <see cref="PrometheusRemoteWrite"/>.</summary>
internal sealed partial class RemoteEndpoint : DeliveryEndpoint
{
    private readonly DeliveryServices _services;
    private volatile bool _isFallenBack;

    /// <param name="options">Where and how to send.</param>
    /// <param name="services">What the endpoints of a writer share.</param>
    public RemoteEndpoint(EndpointOptions options, DeliveryServices services)
        : base(SettingsOf(options), services)
    {
        Options = options;
        _services = services;
        Name = options.Name.Length > 0 ? options.Name : NameOf(options);
        Url = UrlUser.Without(options.Url);
        Metrics = new RemoteMetrics(services.Context.Metrics, Name, Url);
    }

    public EndpointOptions Options { get; }

    /// <summary>As self-metrics name it.</summary>
    public string Name { get; }

    public RemoteMetrics Metrics { get; }

    /// <summary>The form that the endpoint takes, as far as it is known by now.</summary>
    public WriteVersion Version =>
        Options.ProtobufMessage == WriteMessage.V2 && !_isFallenBack ? WriteVersion.V2 : WriteVersion.V1;

    private string Url { get; }

    /// <summary>The endpoint does not know version 2: it gets version 1 from now on.</summary>
    public void FallBack(string why)
    {
        if (!_isFallenBack)
        {
            _isFallenBack = true;
            LogFallBack(_services.Context.Logger, Host, why);
            _services.Events.FormChanged();
        }
    }

    public override void CountLost(in LostBlock lost)
    {
        if (StoredBlockContents.Read(lost.Metadata.Span) is { } contents)
        {
            Metrics.Drop(DropReason.Of(lost.Loss), contents.Items);
            Metrics.RemovePending(contents.Items);
        }
    }

    public Value DebugState() => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["name"] = Value.Of(Name),
        ["host"] = Value.Of(Host),
        ["healthy"] = Value.Of(!State.IsIll),
        ["protobuf_message"] = Value.Of(Version == WriteVersion.V1 ? "prometheus.WriteRequest" : "io.prometheus.write.v2.Request"),
        ["last_status"] = Value.Of((long)State.LastStatus),
        ["last_error"] = Value.Of(State.LastError),
        ["last_error_time"] = Value.Of(State.LastErrorTime?.ToString("O") ?? ""),
        ["queued_bytes"] = Value.Of(MemoryBytes),
        ["queued_blocks"] = Value.Of((long)Readers.Sum(static reader => reader.MemoryBlocks)),
        ["waits_on_disk"] = Value.Of(Readers.Any(static reader => reader.HasBacklog)),
        ["oldest_unsent_seconds"] = Value.Of(OldestUnsent.TotalSeconds),
        ["sent_samples"] = Value.Of(Metrics.Of(ItemKind.Samples).Sent.Value),
        ["dropped_samples"] = Value.Of(Metrics.Of(ItemKind.Samples).Dropped),
        ["dropped_by_reason"] = Metrics.DroppedByReason(),
        ["retried_samples"] = Value.Of(Metrics.Of(ItemKind.Samples).Retried.Value),
    });

    protected override (IDisposable Client, Func<QueueReader, CancellationToken, Task> Send) Connect(CancellationToken cut)
    {
        TimeProvider time = _services.Context.Time;
        var target = new PushTarget(Options.Url, Options.RemoteTimeout, Options.Headers);
        var client = new PushClient(HttpClientBuilder.Build(Options.Http, time, Options.Cloud), target, time, cut);
        return (client, new RemoteSender(this, client, _services).RunAsync);
    }

    protected override void AddGauges(MetricScope scope)
    {
        (string, string)[] labels = [("remote_name", Name), ("url", Url)];
        QueueOptions queue = Options.QueueConfig;
        Metrics.Of(ItemKind.Samples).AddGauge(scope);
        Metrics.Of(ItemKind.Histograms).AddGauge(scope);
        Metrics.Of(ItemKind.Exemplars).AddGauge(scope);
        scope.ObservedGauge("prometheus_remote_storage_shards", "Requests that may be under way at once.", () => queue.Shards, labels);
        scope.ObservedGauge("prometheus_remote_storage_shards_desired", "As many as there are: their number is fixed.", () => queue.Shards, labels);
        scope.ObservedGauge("prometheus_remote_storage_shards_min", "The fewest that are allowed.", () => queue.MinShards, labels);
        scope.ObservedGauge("prometheus_remote_storage_shards_max", "The most that are allowed.", () => queue.MaxShards, labels);
        scope.ObservedGauge("prometheus_remote_storage_shard_capacity", "Samples that wait in memory for each.", () => queue.Capacity, labels);
        scope.ObservedGauge(
            "prometheus_remote_storage_max_samples_per_send", "Most samples of one request.", () => queue.MaxSamplesPerSend, labels);
        scope.ObservedGauge("prometheus_remote_write_queue_memory_bytes", "Bytes of blocks that wait in memory.", () => MemoryBytes, labels);
        scope.ObservedGauge(
            "prometheus_remote_write_oldest_unsent_seconds", "Age of the oldest sample that is not delivered.",
            () => OldestUnsent.TotalSeconds, labels);
        scope.ObservedGauge(
            "prometheus_remote_write_endpoint_up", "1 while the endpoint takes what is sent, 0 after several failures in a row.",
            () => State.IsIll ? 0 : 1, labels);
    }

    private static DeliverySettings SettingsOf(EndpointOptions options)
    {
        QueueOptions queue = options.QueueConfig;
        return new DeliverySettings(options.Url, options.Name, queue.Shards, new ReaderLimits(queue.CapacityBytes, Waits: true));
    }

    /// <summary>Six hexadecimal digits that stay the same as long as the settings do that make an endpoint another one.</summary>
    private static string NameOf(EndpointOptions options)
    {
        var text = new StringBuilder(options.Url.AbsoluteUri);
        foreach ((string name, string value) in options.Headers.OrderBy(static header => header.Key, StringComparer.Ordinal))
        {
            text.Append('\n').Append(name).Append('=').Append(value);
        }
        ulong hash = Fnv1a.Hash(Encoding.UTF8.GetBytes(text.ToString()));
        return $"{(hash ^ (hash >> 32)) & 0xFFFFFF:x6}";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "endpoint {Host} does not take remote write 2, it gets version 1 from now on: {Why}")]
    private static partial void LogFallBack(ILogger logger, string host, string why);
}
