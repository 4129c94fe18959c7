using Agent.Components.Common.GoTime;
using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Loki.PodTails;

/// <summary>Finds the place in a log file from which lines are younger than a time.</summary>
internal static class LogSearch
{
    // Smaller files are read whole: that is as quick.
    private const long WorthIt = 1024 * 1024;
    private const int Probe = 64 * 1024;

    /// <summary>An offset at the start of a record. Before it stands nothing that is younger, provided that times are nearly in order.</summary>
    public static long Find(SafeFileHandle file, long size, long since)
    {
        if (since == 0 || size < WorthIt)
        {
            return 0;
        }
        // A line that is younger may stand before one that is as much older as lines can be out of order.
        long wanted = since - PodLimits.LongestDisorder;
        byte[] buffer = new byte[Probe];
        long low = 0;
        long high = size;
        while (high - low > Probe)
        {
            long middle = low + ((high - low) / 2);
            if (FirstRecord(file, buffer, middle) is not var (at, timestamp) || at >= high)
            {
                high = middle;
            }
            else if (timestamp < wanted)
            {
                low = at;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    /// <summary>The first record that begins behind an offset, and its time.</summary>
    private static (long At, long Timestamp)? FirstRecord(SafeFileHandle file, byte[] buffer, long from)
    {
        ReadOnlySpan<byte> text = buffer.AsSpan(0, RandomAccess.Read(file, buffer, from));
        int at = text.IndexOf((byte)'\n') + 1;
        while (at > 0 && at < text.Length)
        {
            ReadOnlySpan<byte> record = text[at..];
            int space = record[..Math.Min(record.Length, PodLimits.LongestTimestamp)].IndexOf((byte)' ');
            if (space > 0 && Rfc3339.TryParseNanoseconds(record[..space], out long timestamp))
            {
                return (from + at, timestamp);
            }
            int next = record.IndexOf((byte)'\n');
            at = next < 0 ? 0 : at + next + 1;
        }
        return null;
    }
}
