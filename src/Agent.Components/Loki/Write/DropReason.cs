using Agent.Storage.Queues;

namespace Agent.Components.Loki.Write;

/// <summary>Why entries were dropped: in Alloy's words, and where it was Loki that dropped them, in Loki's (pkg/validation/validate.go).</summary>
internal static class DropReason
{
    /// <summary>The server refused the batch, or all tries failed.</summary>
    public const string IngesterError = "ingester_error";

    /// <summary>The server asked to slow down, and no try was left.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>A batch had as many streams as <c>max_streams</c> allows.</summary>
    public const string StreamLimited = "stream_limited";

    /// <summary>Longer than <c>max_line_size</c>, or than the server takes.</summary>
    public const string LineTooLong = "line_too_long";

    /// <summary>The endpoint was removed from the configuration before it took them.</summary>
    public const string EndpointRemoved = "endpoint_removed";

    /// <summary>They waited on disk for longer than <c>max_segment_age</c>.</summary>
    public const string QueueExpired = "queue_expired";

    /// <summary>Memory and disk were full, and the source cannot wait or is not to.</summary>
    public const string QueueIsFull = "queue_is_full";

    public const string TooManyLabels = "max_label_names_per_series";

    public const string LabelNameTooLong = "label_name_too_long";

    public const string LabelValueTooLong = "label_value_too_long";

    /// <summary>Older than <c>max_entry_age</c>, or than the server takes.</summary>
    public const string TooOld = "greater_than_max_sample_age";

    /// <summary>Alloy's: their series exist from the first batch on. Those of other reasons exist once something was dropped.</summary>
    public static readonly string[] All = [IngesterError, RateLimited, StreamLimited, LineTooLong, QueueIsFull];

    public static string Of(QueueLoss loss) => loss switch
    {
        QueueLoss.Full => QueueIsFull,
        QueueLoss.Expired => QueueExpired,
        _ => EndpointRemoved,
    };
}
