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

    // The run has a hold on each.
    private readonly List<ReceiptBundle> _tied = [];
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

    /// <summary>Keeps the receipts of a line beyond this call: that of the batch in hand, and those it was held for before. Null where there is none.</summary>
    public Receipt? HoldReceipt(LogRecord record)
    {
        record.Origin?.Hold();
        _incoming?.Hold();
        return record.Origin is not null && _incoming is not null ? new ReceiptBundle([record.Origin, _incoming]) : record.Origin ?? _incoming;
    }

    /// <summary>One receipt for those that a held line came with, apart from that of the batch in hand. It lasts as long as the outgoing batch.</summary>
    internal Receipt? Tie(IReadOnlyCollection<Receipt> receipts)
    {
        Receipt[] foreign = [.. receipts.Where(receipt => !ReferenceEquals(receipt, _incoming))];
        if (foreign.Length < 2)
        {
            return foreign.Length == 0 ? null : foreign[0];
        }
        foreach (Receipt receipt in foreign)
        {
            receipt.Hold();
        }
        var tied = new ReceiptBundle(foreign);
        _tied.Add(tied);
        return tied;
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
    /// <param name="held">All but the text.</param>
    /// <param name="line">The text.</param>
    /// <param name="next">Index of the first step.</param>
    /// <param name="origin">What a stage behind has to hold that holds the line; null where that is the batch in hand alone.</param>
    internal void Emit(HeldRecord held, ReadOnlySpan<byte> line, int next, Receipt? origin)
    {
        LogRecord record = _spare.Count > 0 ? _spare.Pop() : NewRecord();
        held.Restore(record, Outgoing.Bytes.Copy(line));
        record.Origin = origin;
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
        foreach (ReceiptBundle tied in _tied)
        {
            tied.Settle();
        }
        _tied.Clear();
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
