using Agent.Components.Common.Delivery;
using Agent.Components.Common.Http;
using Agent.Components.Common.Http.Cloud;
using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>The message that a remote write request is.</summary>
public enum WriteMessage
{
    /// <summary>Remote write 1.</summary>
    [Name("prometheus.WriteRequest")]
    V1,

    /// <summary>Remote write 2.</summary>
    [Name("io.prometheus.write.v2.Request")]
    V2,
}

/// <summary>One place that metrics are sent to.</summary>
public sealed record EndpointOptions : IValidated
{
    /// <summary>Name of the endpoint in metrics and debug information; made from its settings where empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Full URL to send metrics to.</summary>
    public required Uri Url { get; init; }

    /// <summary>Longest time a request may take.</summary>
    public TimeSpan RemoteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Further headers of each request.</summary>
    public ValueMap<string> Headers { get; init; } = ValueMap<string>.Empty;

    /// <summary>Whether exemplars are sent.</summary>
    public bool SendExemplars { get; init; } = true;

    /// <summary>Whether native histograms are sent.</summary>
    public bool SendNativeHistograms { get; init; }

    /// <summary>Message of the requests. An endpoint that does not know the second version gets the first one.</summary>
    public WriteMessage ProtobufMessage { get; init; } = WriteMessage.V1;

    /// <summary>Whether requests go to all addresses of the endpoint in turn.</summary>
    [NotHonoured("connections go to the first address that answers, and are made anew every few minutes")]
    [Name("round_robin_dns")]
    public bool RoundRobinDns { get; init; }

    [Flatten] public HttpClientOptions Http { get; init; } = new() { EnableHttp2 = false };

    /// <summary>The queue of samples that wait to be sent.</summary>
    [Block] public QueueOptions QueueConfig { get; init; } = new();

    /// <summary>How descriptions of metrics are sent.</summary>
    [Block] public MetadataOptions MetadataConfig { get; init; } = new();

    /// <summary>Rules applied to each series before it is sent, in the order in which they are written.</summary>
    [Block] public ValueList<RelabelRule> WriteRelabelConfig { get; init; } = [];

    /// <summary>Signs requests as the services of AWS want it.</summary>
    [Block(Name = "sigv4")]
    public SigV4Options? SigV4 { get; init; }

    /// <summary>Authenticates with tokens of Microsoft Entra ID (Azure AD).</summary>
    [Block(Name = "azuread")]
    public AzureAdOptions? AzureAd { get; init; }

    /// <summary>Authenticates with tokens of Google Cloud.</summary>
    [Block] public GoogleIamOptions? GoogleIam { get; init; }

    internal ICloudAuthentication? Cloud => (ICloudAuthentication?)SigV4 ?? (ICloudAuthentication?)AzureAd ?? GoogleIam;

    public void Validate(ValidationContext context)
    {
        bool[] ways = [SigV4 is not null, AzureAd is not null, GoogleIam is not null, Http.Authenticates];
        if (ways.Count(static isSet => isSet) > 1)
        {
            context.Error(
                "cannot authenticate in two ways: at most one of sigv4, azuread, google_iam, basic_auth, authorization, oauth2, "
                + "bearer_token and bearer_token_file may be set");
        }
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

/// <summary>The queue of samples that wait to be sent to one endpoint.</summary>
public sealed record QueueOptions : IValidated
{
    /// <summary>Requests under way at once, where the user's bounds allow it: each series keeps to one of them.</summary>
    private const int UsualShards = 4;

    /// <summary>What a compressed sample is reckoned at; the most that usual ones take.</summary>
    private const int SampleBytes = 256;

    /// <summary>Samples that wait in memory for each shard while the disk takes nothing, reckoned at 256 bytes each; else what an endpoint lags behind with goes to disk.</summary>
    public int Capacity { get; init; } = 10_000;

    /// <summary>Most requests that are sent at the same time. Four are used where the bounds allow it; each series keeps to one of them.</summary>
    public int MaxShards { get; init; } = 50;

    /// <summary>Fewest requests that may be sent at the same time.</summary>
    public int MinShards { get; init; } = 1;

    /// <summary>Most samples of one request.</summary>
    public int MaxSamplesPerSend { get; init; } = 2000;

    /// <summary>Longest time a sample waits before its request is sent.</summary>
    public TimeSpan BatchSendDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Wait before the first retry; each further one waits about twice as long.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>Longest wait before a retry, unless the server asks for more.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a request that the server answers with 429 (too many requests) is tried again.</summary>
    [Name("retry_on_http_429")]
    public bool RetryOnHttp429 { get; init; } = true;

    /// <summary>Samples that are older are dropped and counted; 0 sends all.</summary>
    public TimeSpan SampleAgeLimit { get; init; }

    internal int Shards => Math.Max(1, Math.Max(MinShards, Math.Min(UsualShards, MaxShards)));

    internal long CapacityBytes => (long)Capacity * SampleBytes;

    public void Validate(ValidationContext context)
    {
        AtLeastOne(context, "capacity", Capacity);
        AtLeastOne(context, "max_samples_per_send", MaxSamplesPerSend);
        if (MaxShards < MinShards)
        {
            context.Warn("max_shards", "max_shards is below min_shards, which counts", "raise max_shards");
        }
        if (BatchSendDeadline <= TimeSpan.Zero)
        {
            context.Error("batch_send_deadline", "cannot use batch_send_deadline: it must be above 0");
        }
    }

    private static void AtLeastOne(ValidationContext context, string name, int value)
    {
        if (value < 1)
        {
            context.Error(name, $"cannot use {name}: it must be at least 1");
        }
    }
}

/// <summary>How descriptions of metrics are sent to one endpoint.</summary>
public sealed record MetadataOptions
{
    /// <summary>Whether types, units and help texts of metrics are sent.</summary>
    public bool Send { get; init; } = true;

    /// <summary>How often all of them are sent; the second version of remote write has them with each series instead.</summary>
    public TimeSpan SendInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most descriptions of one request.</summary>
    public int MaxSamplesPerSend { get; init; } = 2000;
}

/// <summary>The part of the queue that is on disk, one for all endpoints of the component.</summary>
public sealed record WalOptions : IValidated
{
    /// <summary>How often what was sent is removed.</summary>
    [NotHonoured("what was sent is removed at once")]
    public TimeSpan TruncateFrequency { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Shortest life of samples on disk.</summary>
    [NotHonoured("samples stay as long as an endpoint lacks them")]
    public TimeSpan MinKeepaliveTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest life of what waits on disk, after which it is dropped and counted.</summary>
    public TimeSpan MaxKeepaliveTime { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Most bytes on disk; by default the lower of 1 GiB and a tenth of the volume. Not in Alloy.</summary>
    public ByteSize MaxSize { get; init; }

    public void Validate(ValidationContext context)
    {
        if (TruncateFrequency == TimeSpan.Zero)
        {
            context.Error("truncate_frequency", "truncate_frequency must not be 0");
        }
        if (MaxKeepaliveTime <= MinKeepaliveTime)
        {
            context.Error("min_keepalive_time", "min_keepalive_time must be smaller than max_keepalive_time");
        }
    }
}
