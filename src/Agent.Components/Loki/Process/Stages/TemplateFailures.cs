using Agent.Sdk.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Counts lines on which a template failed, and says why for the first of them.</summary>
/// <remarks>The series appears with the first failure, as those of dropped lines do.</remarks>
internal sealed partial class TemplateFailures(StageContext context, string stage)
{
    private Counter? _counter;
    private int _logged;

    public void Add(string error)
    {
        _counter ??= context.Metrics.Counter(
            "loki_process_template_failures_total",
            "Lines that a template failed on and that a stage therefore left as they were",
            ("stage", stage));
        _counter.Increment();
        if (Interlocked.Exchange(ref _logged, 1) == 0)
        {
            LogFailure(context.Logger, stage, error);
        }
    }

    /// <summary>Whether the text of an error is wanted.</summary>
    public bool WantsText => Volatile.Read(ref _logged) == 0;

    [LoggerMessage(Level = LogLevel.Warning, Message = "stage.{Stage} left a line as it was, further ones are only counted: {Error}")]
    private static partial void LogFailure(ILogger logger, string stage, string error);
}
