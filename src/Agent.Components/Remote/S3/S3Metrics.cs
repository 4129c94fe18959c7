using Agent.Sdk.Metrics;

namespace Agent.Components.Remote.S3;

/// <summary>Metrics of remote.s3.</summary>
internal sealed class S3Metrics(MetricScope scope)
{
    public Counter Errors { get; } = scope.Counter("remote_s3_errors_total", "The number of errors while accessing s3");

    public Gauge Accessed { get; } = scope.Gauge("remote_s3_timestamp_last_accessed_unix_seconds", "The last successful access in unix seconds");
}
