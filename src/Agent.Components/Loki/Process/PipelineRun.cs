using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>One pass of one batch through the stages: what it works with, and what comes out. Pooled, and used by one call at a time.</summary>
public sealed class PipelineRun
{
    private readonly Pipeline _pipeline;
    private readonly LogRecord _record;
    private readonly Stack<LogRecord> _spare = [];
    private readonly MetadataArena _metadata = new();
    private readonly List<Receipt> _released = [];
    private Receipt? _incoming;

    internal PipelineRun(Pipeline pipeline)
    {
        _pipeline = pipeline;
        _record = NewRecord();
    }

    /// <summary>What the consumers get.</summary>
    public LogBatch Outgoing { get; } = new();

    /// <summary>Runs all lines of a batch.</summary>
    internal void Process(LogBatch batch)
    {
        _incoming = batch.Receipt;
        foreach (ref readonly LogEntry entry in batch.Entries)
        {
            _record.Reset(entry);
            Continue(_record, 0);
        }
    }

    /// <summary>Keeps the receipt of the batch in hand beyond this call; null where there is none.</summary>
    public Receipt? HoldReceipt()
    {
        _incoming?.Hold();
        return _incoming;
    }

    /// <summary>Gives up a hold of <see cref="HoldReceipt"/>: the held data leaves with the outgoing batch, and is settled with it.</summary>
    public void ReleaseReceipt(Receipt? receipt)
    {
        if (receipt is null)
        {
            return;
        }
        if (ReferenceEquals(receipt, _incoming) || _released.Contains(receipt))
        {
            // The outgoing batch stands for it already; another hold is one too many.
            receipt.Settle();
            return;
        }
        _released.Add(receipt);
    }

    /// <summary>Sends a line that was held through the steps from <paramref name="next"/> on, before the line in hand.</summary>
    internal void Emit(HeldRecord held, ReadOnlySpan<byte> line, int next)
    {
        LogRecord record = _spare.Count > 0 ? _spare.Pop() : NewRecord();
        held.Restore(record, Outgoing.Bytes.Copy(line));
        Continue(record, next);
        _spare.Push(record);
    }

    /// <summary>Ties receipts to the outgoing batch. The one returned, where there is one, must be settled when the batch has been taken.</summary>
    internal Receipt? Seal()
    {
        Outgoing.Receipt = _incoming;
        if (_released.Count == 0)
        {
            return null;
        }
        if (_incoming is not null)
        {
            _incoming.Hold();
            _released.Add(_incoming);
        }
        var bundle = new ReceiptBundle([.. _released]);
        Outgoing.Receipt = bundle;
        return bundle;
    }

    internal void Clear()
    {
        Outgoing.Clear();
        _metadata.Clear();
        _released.Clear();
        _incoming = null;
    }

    private void Continue(LogRecord record, int at)
    {
        ReadOnlySpan<Step> steps = _pipeline.Steps;
        while (at < steps.Length)
        {
            ref readonly Step step = ref steps[at];
            if (step.Stage is { } stage)
            {
                if (!stage.Keep(record))
                {
                    return;
                }
                at++;
            }
            else if (step.Guard!.Matches(record))
            {
                record.Extracted.PutLabels(record.Labels);
                at++;
            }
            else
            {
                at = step.Skip;
            }
        }
        Outgoing.Add(record.ToEntry(_metadata));
    }

    private LogRecord NewRecord() => new(this, new ExtractedValues(_pipeline.Slots, _pipeline.Names), _pipeline.LabelSets);
}
