using Agent.Wire.Protobuf;

namespace Agent.Wire.LokiPush;

/// <summary>google.protobuf.Timestamp: seconds since 1970 (negative before) and nanoseconds 0..999,999,999 forward from them.</summary>
/// <remarks>Wider than a count of nanoseconds in 64 bits, which ends in 1677 and 2262.</remarks>
public readonly record struct PushTimestamp(long Seconds, int Nanos)
{
    private const long NanosPerSecond = 1_000_000_000;

    /// <summary>0001-01-01: what Go's zero time becomes, and what an entry without a timestamp means upstream.</summary>
    public static readonly PushTimestamp Earliest = new(-62_135_596_800, 0);

    /// <summary>9999-12-31T23:59:59: the last second the protobuf type allows.</summary>
    private const long LastSecond = 253_402_300_799;

    public bool IsValid => Seconds is >= -62_135_596_800 and <= LastSecond && (uint)Nanos < NanosPerSecond;

    public static PushTimestamp FromUnixNanos(long unixNanos)
    {
        long seconds = unixNanos / NanosPerSecond;
        long nanos = unixNanos - (seconds * NanosPerSecond);
        return nanos < 0 ? new PushTimestamp(seconds - 1, (int)(nanos + NanosPerSecond)) : new PushTimestamp(seconds, (int)nanos);
    }

    /// <summary>Nanoseconds since 1970, clamped to what 64 bits hold.</summary>
    public long ToUnixNanos()
    {
        Int128 nanos = ((Int128)Seconds * NanosPerSecond) + Nanos;
        return nanos > long.MaxValue ? long.MaxValue : nanos < long.MinValue ? long.MinValue : (long)nanos;
    }

    /// <summary>Bytes of the message's body; zero fields are left out.</summary>
    internal int EncodedSize =>
        (Seconds == 0 ? 0 : 1 + Varint.Size((ulong)Seconds)) + (Nanos == 0 ? 0 : 1 + Varint.Size((uint)Nanos));

    internal int Write(Span<byte> target)
    {
        int at = 0;
        if (Seconds != 0)
        {
            target[at++] = PushFields.TimestampSeconds << 3;
            at += Varint.Write(target[at..], (ulong)Seconds);
        }
        if (Nanos != 0)
        {
            target[at++] = PushFields.TimestampNanos << 3;
            at += Varint.Write(target[at..], (uint)Nanos);
        }
        return at;
    }

    internal static bool TryRead(ReadOnlySpan<byte> message, ref PushTimestamp timestamp, out string? error)
    {
        var reader = new ProtobufReader(message);
        (long seconds, int nanos) = (timestamp.Seconds, timestamp.Nanos);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PushFields.TimestampSeconds:
                    seconds = reader.TryVarint(out ulong whole) ? (long)whole : seconds;
                    break;
                case PushFields.TimestampNanos:
                    nanos = reader.TryVarint(out ulong rest) ? (int)rest : nanos;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        timestamp = new PushTimestamp(seconds, nanos);
        error = reader.Error ?? (timestamp.IsValid ? null : "cannot read a timestamp: it is outside the years 1 to 9999");
        return error is null;
    }
}
