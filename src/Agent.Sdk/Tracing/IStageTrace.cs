using Agent.Telemetry;

namespace Agent.Sdk.Tracing;

/// <summary>A component that runs log entries through stages, and can show what each stage does. Asked from any thread.</summary>
public interface IStageTrace
{
    /// <summary>
    /// What becomes of one entry: for each stage, in order, the entries that leave it. An empty list where it was dropped or is held back.
    /// Runs beside the real pipeline: nothing is sent, counted or held by that.
    /// </summary>
    IReadOnlyList<IReadOnlyList<TracedEntry>> Trace(LabelSet labels, long timestamp, string line);
}

/// <summary>A log entry behind a stage.</summary>
/// <param name="Timestamp">Nanoseconds since the Unix epoch.</param>
/// <param name="Line">The text.</param>
/// <param name="Labels">The stream.</param>
public sealed record TracedEntry(long Timestamp, string Line, LabelSet Labels)
{
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Values that stages took out of the line so far, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Extracted { get; init; } = [];
}
