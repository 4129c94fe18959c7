using Agent.Components.Common.Delivery;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Write;

/// <summary>One place that log entries are sent to.</summary>
public sealed record EndpointOptions : IValidated
{
    /// <summary>Name of the endpoint in messages and debug information; made from its settings where empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Full URL of the push API.</summary>
    public required Uri Url { get; init; }

    /// <summary>Longest time an entry waits before its batch is sent. Higher means fewer requests, later logs.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most bytes of log lines in one request; a single longer line is sent alone.</summary>
    public ByteSize BatchSize { get; init; } = new(1 << 20);

    /// <summary>Longest time a request may take.</summary>
    public TimeSpan RemoteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Further headers of each request.</summary>
    public ValueMap<string> Headers { get; init; } = ValueMap<string>.Empty;

    /// <summary>Wait before the first retry; each further one waits about twice as long.</summary>
    public TimeSpan MinBackoffPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait before a retry.</summary>
    public TimeSpan MaxBackoffPeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a batch is tried before it is dropped and counted; 0 never drops it. By default nothing is dropped that its source can replay or that is on disk; the rest, while the disk takes nothing, after 10 tries.</summary>
    public int? MaxBackoffRetries { get; init; }

    /// <summary>Tenant that entries belong to where they do not say otherwise.</summary>
    public string TenantId { get; init; } = "";

    /// <summary>Whether a batch that the server answers with 429 (too many requests) is tried again.</summary>
    [Name("retry_on_http_429")]
    public bool RetryOnHttp429 { get; init; } = true;

    /// <summary>Most bytes of lines that are sent in a second while catching up after an outage; 0 leaves it to a rate that starts low, grows with what is delivered and halves at each 429. Not in Alloy.</summary>
    public ByteSize CatchUpRate { get; init; }

    [Flatten] public HttpClientOptions Http { get; init; } = new();

    /// <summary>The queue of batches that wait to be sent.</summary>
    [Block] public QueueOptions QueueConfig { get; init; } = new();

    internal BatchSettings Batching => new(Math.Max(1, BatchSize.Bytes), BatchWait, Math.Max(1, QueueConfig.MinShards));

    public void Validate(ValidationContext context)
    {
        if (Url.Scheme is not ("http" or "https"))
        {
            context.Error("url", $"cannot send to {Url.Scheme}: only http and https are known");
        }
        foreach (string name in Headers.Keys)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(HeaderNames.Characters))
            {
                context.Error("headers", $"cannot send the header \"{name}\": it is no header name");
            }
        }
    }
}

/// <summary>The queue of batches that wait to be sent to one endpoint.</summary>
public sealed record QueueOptions
{
    /// <summary>Most bytes of compressed batches that wait in memory, for each shard; more than 4 MiB only while the disk takes nothing.</summary>
    public ByteSize Capacity { get; init; } = new(10 << 20);

    /// <summary>Number of requests that are sent at the same time; each stream keeps to one of them.</summary>
    public int MinShards { get; init; } = 1;

    /// <summary>Longest time to send what waits when the agent stops or the endpoint goes. At a stop the rest goes to disk.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether sources that can replay wait while memory and disk are full; else the oldest that waits for this endpoint is dropped and counted.</summary>
    public bool BlockOnOverflow { get; init; } = true;
}

/// <summary>The part of the queue that is on disk, one for all endpoints of the component.</summary>
public sealed record WalOptions : IValidated
{
    /// <summary>Puts every batch on disk before it is sent. Otherwise only what an endpoint lags behind with goes there.</summary>
    public bool Enabled { get; init; }

    /// <summary>Most bytes on disk; by default the lower of 1 GiB and a tenth of the volume. Not in Alloy.</summary>
    public ByteSize MaxSize { get; init; }

    /// <summary>Longest life of what waits on disk, after which it is dropped and counted. By default nothing is too old; Alloy's default is 1h.</summary>
    public TimeSpan? MaxSegmentAge { get; init; }

    /// <summary>Shortest wait between two looks for new entries.</summary>
    [NotHonoured("endpoints learn of new entries at once")]
    public TimeSpan? MinReadFrequency { get; init; }

    /// <summary>Longest wait between two looks for new entries.</summary>
    [NotHonoured("endpoints learn of new entries at once")]
    public TimeSpan? MaxReadFrequency { get; init; }

    /// <summary>Longest time to send what the log holds when the agent stops.</summary>
    [NotHonoured("what is on disk stays there and is sent after the next start; drain_timeout of queue_config bounds a stop")]
    public TimeSpan? DrainTimeout { get; init; }

    public void Validate(ValidationContext context)
    {
        // Alloy's defaults.
        if ((MinReadFrequency ?? TimeSpan.FromMilliseconds(250)) >= (MaxReadFrequency ?? TimeSpan.FromSeconds(1)))
        {
            context.Error("min_read_frequency", "cannot use min_read_frequency: it must be below max_read_frequency");
        }
    }
}
