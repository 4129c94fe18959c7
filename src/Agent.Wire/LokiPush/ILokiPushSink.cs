namespace Agent.Wire.LokiPush;

/// <summary>Takes a push request piece by piece while it is decoded. Spans are valid during the call only.</summary>
/// <remarks>A request may turn out bad in the middle: throw away what was taken when the reader says so.</remarks>
public interface ILokiPushSink
{
    /// <summary>A stream begins: its labels follow, then its entries.</summary>
    void BeginStream();

    /// <summary>A label in the order sent: of a repeated name the last counts; the name is not checked (<see cref="LabelName.IsValid"/>).</summary>
    void Label(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <summary>An entry begins; its structured metadata follow.</summary>
    void BeginEntry(long unixNanos, ReadOnlySpan<byte> line);

    void Metadata(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    void EndEntry();

    void EndStream();
}
