namespace Agent.Telemetry.Metrics;

/// <summary>The value that says a series has ended: one certain NaN, told from all others by its bits.</summary>
/// <remarks>Mirrors model/value of Prometheus. Every other NaN a target sends leaves a reader as <see cref="Nan"/>.</remarks>
public static class StaleMarker
{
    public const ulong Bits = 0x7ff0000000000002;

    /// <summary>Bits of an ordinary NaN.</summary>
    public const ulong NanBits = 0x7ff8000000000001;

    public static double Value => BitConverter.UInt64BitsToDouble(Bits);

    public static double Nan => BitConverter.UInt64BitsToDouble(NanBits);

    public static bool Is(double value) => BitConverter.DoubleToUInt64Bits(value) == Bits;
}
