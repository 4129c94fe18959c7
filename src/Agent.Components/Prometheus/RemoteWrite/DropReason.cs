using Agent.Storage.Queues;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Why samples were dropped; the first two in Prometheus' words.</summary>
internal static class DropReason
{
    /// <summary>A rule dropped the series.</summary>
    public const string DroppedSeries = "dropped_series";

    /// <summary>Older than <c>sample_age_limit</c>.</summary>
    public const string TooOld = "too_old";

    /// <summary>The server asked to slow down, and is not to be asked again.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>The endpoint was removed from the configuration before it took them.</summary>
    public const string EndpointRemoved = "endpoint_removed";

    /// <summary>They waited on disk for longer than <c>max_keepalive_time</c>.</summary>
    public const string QueueExpired = "queue_expired";

    /// <summary>No endpoint is configured.</summary>
    public const string NoEndpoint = "no_endpoint";

    /// <summary>Memory and disk were full.</summary>
    public const string QueueIsFull = "queue_is_full";

    /// <summary>Their series exist from the start. Those of other reasons exist once something was dropped.</summary>
    public static readonly string[] All = [DroppedSeries, TooOld, QueueIsFull];

    public static string Of(QueueLoss loss) => loss switch
    {
        QueueLoss.Full => QueueIsFull,
        QueueLoss.Expired => QueueExpired,
        _ => EndpointRemoved,
    };

    /// <summary>The server refused the request; there are few statuses, so each is a reason of its own.</summary>
    public static string OfStatus(int status) => status == 429 ? RateLimited : $"http_{status}";
}
