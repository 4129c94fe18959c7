using Agent.Components.Common.GoTime;
using Agent.Wire;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>Makes lines of one output: finds the breaks and joins the parts that Docker cuts long lines into.</summary>
internal sealed class LineAssembler(ILineSink sink, bool isError) : IDisposable
{
    private readonly GrowableBuffer _kept = new();
    private bool _isContinued;
    private bool _isCut;

    /// <summary>A message begins. One that continues a line has a timestamp of its own, which does not belong to the line.</summary>
    public void BeginFrame(ReadOnlySpan<byte> start, out int skipped) => skipped = _isContinued ? TimestampLength(start) : 0;

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
            if (_kept.Length == 0 && end <= DockerLimits.LongestLine)
            {
                sink.Take(piece[..end], isError, isBorrowed: false);
            }
            else
            {
                Keep(piece.Span[..end]);
                Emit();
            }
            _isContinued = false;
            piece = piece[(end + 1)..];
        }
    }

    /// <summary>A message is over. Only one as long as a part may go on in the next one.</summary>
    public void EndFrame(bool isPart)
    {
        _isContinued = isPart && _kept.Length > 0;
        if (!_isContinued && _kept.Length > 0)
        {
            Emit();
        }
    }

    /// <summary>The bytes of a timestamp and the space behind it; 0 where there is none.</summary>
    public static int TimestampLength(ReadOnlySpan<byte> text)
    {
        int space = text[..Math.Min(text.Length, DockerLimits.LongestTimestamp)].IndexOf((byte)' ');
        return space > 0 && Rfc3339.TryParseNanoseconds(text[..space], out _) ? space + 1 : 0;
    }

    public void Dispose() => _kept.Dispose();

    private void Keep(ReadOnlySpan<byte> piece)
    {
        int room = DockerLimits.LongestLine + DockerLimits.LongestTimestamp - _kept.Length;
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

    private void Emit()
    {
        sink.Take(_kept.WrittenMemory, isError, isBorrowed: true);
        _isCut = false;
        if (_kept.Capacity > 2 * DockerLimits.BufferSize)
        {
            _kept.Release();
        }
        else
        {
            _kept.Clear();
        }
    }
}

/// <summary>Takes lines with their timestamps in front.</summary>
internal interface ILineSink
{
    /// <param name="line">Without its line break.</param>
    /// <param name="isError">Of the error output.</param>
    /// <param name="isBorrowed">The bytes change with the next line; else they last as long as the batch.</param>
    void Take(ReadOnlyMemory<byte> line, bool isError, bool isBorrowed);

    void CountCut();
}
