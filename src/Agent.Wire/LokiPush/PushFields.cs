namespace Agent.Wire.LokiPush;

/// <summary>
/// Field numbers of logproto's push messages (pkg/push/push.proto in grafana/loki):
/// PushRequest, StreamAdapter, EntryAdapter, LabelPairAdapter, and google.protobuf.Timestamp.
/// </summary>
/// <remarks>
/// Not written, and passed over when read: StreamAdapter.hash (3), which a receiver computes itself, and
/// EntryAdapter.parsed (4), which only answers to queries carry.
/// </remarks>
internal static class PushFields
{
    public const int RequestStreams = 1;
    public const int StreamLabels = 1;
    public const int StreamEntries = 2;
    public const int EntryTimestamp = 1;
    public const int EntryLine = 2;
    public const int EntryMetadata = 3;
    public const int PairName = 1;
    public const int PairValue = 2;
    public const int TimestampSeconds = 1;
    public const int TimestampNanos = 2;

    /// <summary>Tag byte of a length-delimited field; every field number here is below 16, so the tag is one byte.</summary>
    public static byte Tag(int field) => (byte)((field << 3) | 2);
}
