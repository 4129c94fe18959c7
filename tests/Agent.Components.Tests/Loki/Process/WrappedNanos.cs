using System.Globalization;
using System.Numerics;

namespace Agent.Components.Tests.Loki.Process;

/// <summary>Timestamps of golden data, which may lie in any year, as nanoseconds cut to 64 bits.</summary>
internal static class WrappedNanos
{
    public static long Parse(string text)
    {
        // 400 years have the same calendar whatever century they start in, so that DateTime's range is enough.
        int dash = text.IndexOf('-', 1);
        int year = int.Parse(text[..dash], CultureInfo.InvariantCulture);
        int cycles = (year - 2000) / 400;
        string near = (year - (cycles * 400)).ToString("D4", CultureInfo.InvariantCulture) + text[dash..];
        int dot = near.IndexOf('.');
        string whole = dot < 0 ? near : near[..dot] + "Z";
        string fraction = dot < 0 ? "" : near[(dot + 1)..^1];
        DateTime time = DateTime.Parse(whole, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        BigInteger seconds = ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond) + (cycles * 146_097L * 86_400);
        BigInteger nanos = (seconds * 1_000_000_000) + int.Parse(fraction.PadRight(9, '0'), CultureInfo.InvariantCulture);
        return unchecked((long)(ulong)(nanos & ulong.MaxValue));
    }
}
