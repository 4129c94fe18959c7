using System.Text;
using Agent.Components.Common.GoTime;
using Agent.Wire;

namespace Agent.Components.Loki.PodTails;

/// <summary>Makes lines of the bytes that the API sends: each a time, a space, and the line. What is not ended by a line break is no line yet.</summary>
internal sealed class ApiLineReader(ILineSink sink) : IDisposable
{
    private const int LongestComplaint = 256;

    private readonly GrowableBuffer _kept = new();
    private bool _isCut;

    /// <summary>
    /// A line without a time, after which none came that has one: the kubelet says in it why there is no log. The first line of an answer may
    /// also be the rest of one that began before the time that was asked for.
    /// </summary>
    public string? Complaint { get; private set; }

    public void Add(ReadOnlyMemory<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            int end = piece.Span.IndexOf((byte)'\n');
            if (end < 0)
            {
                Keep(piece.Span);
                return;
            }
            if (_kept.Length == 0 && end <= PodLimits.LongestLine)
            {
                Emit(piece[..end], isBorrowed: false);
            }
            else
            {
                Keep(piece.Span[..end]);
                EmitKept();
            }
            piece = piece[(end + 1)..];
        }
    }

    /// <summary>The container has ended, and its log is whole: what is left is a line.</summary>
    public void Finish()
    {
        if (_kept.Length > 0)
        {
            EmitKept();
        }
    }

    public void Dispose() => _kept.Dispose();

    private void Keep(ReadOnlySpan<byte> piece)
    {
        int room = PodLimits.LongestLine + PodLimits.LongestTimestamp - _kept.Length;
        if (piece.Length > room)
        {
            if (!_isCut)
            {
                _isCut = true;
                sink.CountCut();
            }
            piece = piece[..room];
        }
        _kept.Write(piece);
    }

    private void EmitKept()
    {
        Emit(_kept.WrittenMemory, isBorrowed: true);
        _isCut = false;
        // Between lines a tail holds no memory: most containers write seldom.
        _kept.Release();
    }

    private void Emit(ReadOnlyMemory<byte> line, bool isBorrowed)
    {
        ReadOnlySpan<byte> text = line.Span;
        int start = TimeLength(text, out long timestamp);
        if (start == 0)
        {
            Complaint = Encoding.UTF8.GetString(text[..Math.Min(text.Length, LongestComplaint)]).Trim();
            return;
        }
        Complaint = null;
        line = line[start..];
        // Kubelets before 1.28 repeat the time before each part of a line that the runtime has cut.
        if (line.Length > PodLimits.PartSize && TimeLength(line.Span[PodLimits.PartSize..], out _) > 0)
        {
            line = Join(line.Span);
            isBorrowed = true;
        }
        sink.Take(timestamp, line, isBorrowed, long.MaxValue);
    }

    /// <summary>Bytes of a timestamp and the space behind it; 0 where there is none.</summary>
    private static int TimeLength(ReadOnlySpan<byte> text, out long timestamp)
    {
        timestamp = 0;
        int space = text[..Math.Min(text.Length, PodLimits.LongestTimestamp)].IndexOf((byte)' ');
        return space > 0 && Rfc3339.TryParseNanoseconds(text[..space], out timestamp) ? space + 1 : 0;
    }

    private static byte[] Join(ReadOnlySpan<byte> line)
    {
        byte[] joined = new byte[line.Length];
        int length = 0;
        while (true)
        {
            ReadOnlySpan<byte> part = line[..Math.Min(line.Length, PodLimits.PartSize)];
            part.CopyTo(joined.AsSpan(length));
            length += part.Length;
            line = line[part.Length..];
            if (line.IsEmpty)
            {
                return joined.AsSpan(0, length).ToArray();
            }
            line = line[TimeLength(line, out _)..];
        }
    }
}
