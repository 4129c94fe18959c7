using System.Buffers;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>The pieces so far of a line that its container wrote in parts, joined.</summary>
internal sealed class PartialLine
{
    private readonly HashSet<Receipt> _receipts = [];
    private byte[] _buffer = [];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>The latest piece, of which time, metadata and extracted values count.</summary>
    public HeldRecord? Latest { get; set; }

    public void Append(ReadOnlySpan<byte> piece, int limit)
    {
        int length = Math.Min(limit, _length + piece.Length);
        if (length > _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, 2 * _length));
            Bytes.CopyTo(larger);
            Return();
            _buffer = larger;
        }
        if (length > _length)
        {
            piece[..(length - _length)].CopyTo(_buffer.AsSpan(_length));
        }
        _length = length;
    }

    /// <summary>Keeps one hold on the receipt of each batch that a piece came with.</summary>
    public void Keep(Receipt? receipt)
    {
        if (receipt is not null && !_receipts.Add(receipt))
        {
            receipt.Settle();
        }
    }

    /// <summary>Hands the receipts to the run, before the data; returns what a stage behind has to hold that holds the data.</summary>
    public Receipt? ReleaseReceipts(PipelineRun run)
    {
        Receipt? origin = run.Tie(_receipts);
        foreach (Receipt receipt in _receipts)
        {
            run.ReleaseReceipt(receipt);
        }
        _receipts.Clear();
        return origin;
    }

    /// <summary>The data leaves with the run's outgoing batch; the memory goes back to its pool.</summary>
    public void Release(PipelineRun run)
    {
        ReleaseReceipts(run);
        Return();
        _buffer = [];
        _length = 0;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
