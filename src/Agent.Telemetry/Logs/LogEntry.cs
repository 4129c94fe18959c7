namespace Agent.Telemetry.Logs;

/// <summary>One pair of structured metadata. The name is interned text, the value UTF-8.</summary>
public readonly record struct MetadataPair(string Name, ReadOnlyMemory<byte> Value);

/// <summary>One log line as it travels: its stream, its time, its bytes.</summary>
/// <param name="Labels">The stream; interned by whoever made it.</param>
/// <param name="Timestamp">Nanoseconds since the Unix epoch.</param>
/// <param name="Line">UTF-8 without the line break, valid as long as its batch is.</param>
/// <param name="Metadata">Structured metadata, valid as long as the batch is.</param>
public readonly record struct LogEntry(
    LabelSet Labels,
    long Timestamp,
    ReadOnlyMemory<byte> Line,
    ReadOnlyMemory<MetadataPair> Metadata = default);
