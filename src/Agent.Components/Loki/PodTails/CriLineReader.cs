using Agent.Components.Common.GoTime;
using Agent.Components.Loki.Process.Stages;
using Agent.Wire;

namespace Agent.Components.Loki.PodTails;

/// <summary>Makes lines of the files that container runtimes write (CRI), as the API would send them: parts joined, with the time of the first.</summary>
internal sealed class CriLineReader(ILineSink sink, Action malformed) : IDisposable
{
    private readonly Output _output = new();
    private readonly Output _error = new();
    private readonly GrowableBuffer _kept = new();

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
            if (_kept.Length == 0)
            {
                Read(piece[..end], isBorrowed: false);
            }
            else
            {
                Keep(piece.Span[..end]);
                Read(_kept.WrittenMemory, isBorrowed: true);
                _kept.Release();
            }
            piece = piece[(end + 1)..];
        }
    }

    /// <summary>Forgets what stands behind the last line break: another file follows, and the runtime writes whole records.</summary>
    public void EndFile() => _kept.Release();

    public void Dispose()
    {
        _output.Parts.Dispose();
        _error.Parts.Dispose();
        _kept.Dispose();
    }

    // A record is a part of a line at most, and the runtime keeps those short.
    private void Keep(ReadOnlySpan<byte> piece) => _kept.Write(piece[..Math.Min(piece.Length, PodLimits.LongestLine - Math.Min(_kept.Length, PodLimits.LongestLine))]);

    private void Read(ReadOnlyMemory<byte> record, bool isBorrowed)
    {
        if (!CriLine.TryParse(record.Span, out CriLine parsed) || !Rfc3339.TryParseNanoseconds(record.Span[..parsed.TimeLength], out long timestamp))
        {
            malformed();
            return;
        }
        Output output = parsed.IsStderr ? _error : _output;
        ReadOnlyMemory<byte> content = record[parsed.ContentStart..];
        if (parsed.IsPartial)
        {
            output.Begin(timestamp);
            Append(output, content.Span);
            return;
        }
        if (output.Since == long.MaxValue)
        {
            sink.Take(timestamp, content, isBorrowed, Unfinished);
            return;
        }
        long began = output.Since;
        Append(output, content.Span);
        output.Since = long.MaxValue;
        sink.Take(began, output.Parts.WrittenMemory, isBorrowed: true, Unfinished);
        output.IsCut = false;
        output.Parts.Release();
    }

    private long Unfinished => Math.Min(_output.Since, _error.Since);

    private void Append(Output output, ReadOnlySpan<byte> part)
    {
        int room = PodLimits.LongestLine - output.Parts.Length;
        if (part.Length > room)
        {
            if (!output.IsCut)
            {
                output.IsCut = true;
                sink.CountCut();
            }
            part = part[..room];
        }
        output.Parts.Write(part);
    }

    private sealed class Output
    {
        public GrowableBuffer Parts { get; } = new();

        /// <summary>The time of the first part of a line that is not complete.</summary>
        public long Since { get; set; } = long.MaxValue;

        public bool IsCut { get; set; }

        public void Begin(long timestamp) => Since = Since == long.MaxValue ? timestamp : Since;
    }
}
