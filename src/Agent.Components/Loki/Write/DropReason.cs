namespace Agent.Components.Loki.Write;

/// <summary>Why entries were dropped, in Alloy's words.</summary>
internal static class DropReason
{
    /// <summary>The server refused the batch, or all tries failed.</summary>
    public const string IngesterError = "ingester_error";

    /// <summary>The server asked to slow down, and no try was left.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>A batch had as many streams as <c>max_streams</c> allows.</summary>
    public const string StreamLimited = "stream_limited";

    public const string LineTooLong = "line_too_long";

    /// <summary>The queue was full and <c>block_on_overflow</c> is off.</summary>
    public const string QueueIsFull = "queue_is_full";

    public static readonly string[] All = [IngesterError, RateLimited, StreamLimited, LineTooLong, QueueIsFull];
}
