using System.Text;
using Agent.Telemetry.Logs;
using Agent.Wire;

namespace Agent.Components.Loki.Write;

/// <summary>Cuts lines that are longer than allowed, between characters. Not thread safe.</summary>
internal sealed class LongLine(EntryLimits limits) : IDisposable
{
    /// <summary>Bytes of the longest UTF-8 character: pieces of that size always make progress.</summary>
    public const int LongestRune = 4;

    private readonly byte[] _marker = Encoding.UTF8.GetBytes(limits.MaxLineSizeMarker);
    private readonly GrowableBuffer _text = new();

    /// <summary>The line's beginning with the marker, valid until the next call.</summary>
    public LogEntry Truncate(in LogEntry entry)
    {
        _text.Clear();
        _text.Write(entry.Line.Span[..CutOf(entry.Line.Span, limits.LongestLine - _marker.Length)]);
        _text.Write(_marker);
        return entry with { Line = _text.WrittenMemory };
    }

    /// <summary>Takes the next piece off <paramref name="rest"/>, which then begins a nanosecond later: Loki takes entries of one time and text for one.</summary>
    public LogEntry TakePiece(ref LogEntry rest)
    {
        int length = CutOf(rest.Line.Span, limits.LongestLine);
        LogEntry piece = rest with { Line = rest.Line[..length] };
        rest = rest with { Line = rest.Line[length..], Timestamp = rest.Timestamp + 1 };
        return piece;
    }

    public void Dispose() => _text.Dispose();

    /// <summary>The most bytes of whole characters; text that is no UTF-8 is cut anywhere.</summary>
    private static int CutOf(ReadOnlySpan<byte> line, int limit)
    {
        if (line.Length <= limit)
        {
            return line.Length;
        }
        int cut = limit;
        while (cut > 0 && limit - cut < LongestRune && (line[cut] & 0xC0) == 0x80)
        {
            cut--;
        }
        return cut > 0 && (line[cut] & 0xC0) != 0x80 ? cut : limit;
    }
}
