using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>One pass of one batch through the stages: what it works with, and what comes out. Pooled, and used by one call at a time.</summary>
public sealed class PipelineRun
{
    // Lines that have to wait leave together, a second's worth at a time.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly Pipeline _pipeline;
    private readonly LogRecord _record;
    private readonly Stack<LogRecord> _spare = [];
    private readonly MetadataArena _metadata = new();
    private readonly List<Receipt> _released = [];

    // Each stands for the batch in hand and the receipts that were released up to then; the run has a hold on each.
    private readonly List<ReceiptBundle> _bundles = [];
    private int _bundled;
    private LogBatch? _batch;
    private int _at;
    private Receipt? _incoming;

    internal PipelineRun(Pipeline pipeline)
    {
        _pipeline = pipeline;
        _record = NewRecord();
    }

    /// <summary>What the consumers get.</summary>
    public LogBatch Outgoing { get; } = new();

    /// <summary>How long the outgoing batch has to wait before it may be sent.</summary>
    internal TimeSpan Wait { get; private set; }

    /// <summary>True where no line of the batch is left.</summary>
    internal bool IsAtEnd => _batch is null || _at == _batch.Count;

    /// <summary>Begins with a batch.</summary>
    internal void Start(LogBatch batch)
    {
        _incoming = batch.Receipt;
        _batch = batch;
    }

    /// <summary>Runs the lines of the batch, all of them, or as many as may leave together where a stage makes them wait.</summary>
    internal void Process()
    {
        ReadOnlySpan<LogEntry> entries = _batch!.Entries;
        while (_at < entries.Length && Wait < LongestWait)
        {
            _record.Reset(entries[_at++]);
            Continue(_record, 0);
        }
    }

    /// <summary>Keeps the line in hand, and all that leaves with it, from being sent before that time has passed.</summary>
    public void Delay(TimeSpan wait) => Wait = wait > Wait ? wait : Wait;

    /// <summary>Keeps the receipt of the batch in hand beyond this call; null where there is none.</summary>
    /// <remarks>A line that another stage held before came with other batches: it is kept back for those too, and so is what comes after it.</remarks>
    public Receipt? HoldReceipt()
    {
        Receipt? all = _released.Count == 0 ? _incoming : HoldAll();
        all?.Hold();
        return all;
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

    /// <summary>Forgets what has been sent; the rest of the batch may follow.</summary>
    internal void ClearSent()
    {
        foreach (ReceiptBundle bundle in _bundles)
        {
            bundle.Settle();
        }
        _bundles.Clear();
        _bundled = 0;
        Outgoing.Clear();
        _metadata.Clear();
        _released.Clear();
        Wait = TimeSpan.Zero;
    }

    internal void Clear()
    {
        ClearSent();
        _incoming = null;
        _batch = null;
        _at = 0;
    }

    private ReceiptBundle HoldAll()
    {
        if (_bundled == _released.Count)
        {
            return _bundles[^1];
        }
        Receipt[] all = _incoming is null ? [.. _released] : [.. _released, _incoming];
        foreach (Receipt receipt in all)
        {
            receipt.Hold();
        }
        _bundled = _released.Count;
        _bundles.Add(new ReceiptBundle(all));
        return _bundles[^1];
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
