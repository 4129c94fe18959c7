using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>The lines of one stream that are held, joined. Used under <see cref="Gate"/>.</summary>
internal sealed class MultilineBlock(LabelSet stream)
{
    private readonly PartialLine _text = new();
    private long _lastSeen;

    public Lock Gate { get; } = new();

    public LabelSet Stream { get; } = stream;

    /// <summary>The first line, of which all but the text counts. Stays after a block was full: what follows is sent as its continuation.</summary>
    public HeldRecord? Start { get; set; }

    public bool IsStarted => Start is not null;

    /// <summary>True once the stream has been taken out: a line that found it before has to look again.</summary>
    public bool IsGone { get; set; }

    public int Lines { get; private set; }

    /// <summary>When the last line came, as a timestamp of the clock. Read without the lock to find out what is due.</summary>
    public long LastSeen
    {
        get => Volatile.Read(ref _lastSeen);
        set => Volatile.Write(ref _lastSeen, value);
    }

    public int Length => _text.Bytes.Length;

    public ReadOnlySpan<byte> Bytes => _text.Bytes;

    public void Append(ReadOnlySpan<byte> line, Receipt? receipt)
    {
        if (Length > 0)
        {
            _text.Append("\n"u8, int.MaxValue);
        }
        _text.Append(line, int.MaxValue);
        _text.Keep(receipt);
        Lines++;
    }

    /// <summary>Before the lines are emitted: a stage behind this one may hold them on.</summary>
    public Receipt? ReleaseReceipts(PipelineRun run) => _text.ReleaseReceipts(run);

    /// <summary>The lines leave with the run's outgoing batch.</summary>
    public void Release(PipelineRun run)
    {
        _text.Release(run);
        Lines = 0;
    }
}
