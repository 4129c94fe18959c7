using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Why a tail's path cannot be read now, and what went wrong last.</summary>
internal sealed partial class TailProblem(TailServices services, string path)
{
    private readonly ILogger _logger = services.Logger;
    private bool _hasFailedReading;

    /// <summary>Null while all is well.</summary>
    public string? Cause { get; private set; }

    /// <summary>Since when, as a timestamp of the clock.</summary>
    public long Since { get; private set; }

    /// <summary>What went wrong last, if only for a moment.</summary>
    public string LastError { get; private set; } = "";

    public DateTimeOffset? LastErrorAt { get; private set; }

    public void Clear() => Cause = null;

    /// <summary>The file is there; if it could not be read, it still cannot for all that is known.</summary>
    public void ClearUnlessReading() => Cause = _hasFailedReading ? Cause : null;

    public void ReadingWentWell() => _hasFailedReading = false;

    public void FailReading(string cause)
    {
        _hasFailedReading = true;
        Fail(cause);
    }

    public void Fail(string cause)
    {
        if (Cause is null)
        {
            Since = services.Time.GetTimestamp();
        }
        if (Cause != cause)
        {
            LogFailed(path, cause);
            services.Metrics.Errors.Increment();
            LastError = cause;
            LastErrorAt = services.Time.GetUtcNow();
        }
        Cause = cause;
    }

    [LoggerMessage(LogLevel.Warning, "cannot read {Path}, will try again: {Cause}")]
    private partial void LogFailed(string path, string cause);
}
