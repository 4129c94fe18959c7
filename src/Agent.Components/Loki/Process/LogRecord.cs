using Agent.Components.Loki.Process.Labels;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>One line on its way through the stages. Reused for line after line; memory that it hands out lives as long as the outgoing batch.</summary>
public sealed class LogRecord
{
    private readonly LabelSetCache _labelSets;
    private readonly PendingChanges _pending = new();
    private readonly MetadataList _metadata = new();
    private readonly List<ExtractedValue> _listed = [];
    private LabelSet _labels = LabelSet.Empty;

    internal LogRecord(PipelineRun run, ExtractedValues extracted, LabelSetCache labelSets)
    {
        Run = run;
        Extracted = extracted;
        _labelSets = labelSets;
    }

    /// <summary>The pass over a batch that this line belongs to.</summary>
    public PipelineRun Run { get; }

    /// <summary>Memory for values and lines that stages make.</summary>
    public PooledBytes Scratch => Run.Outgoing.Bytes;

    /// <summary>Nanoseconds since the Unix epoch; beyond the years 1678 to 2262 it wraps around, as Go's UnixNano does.</summary>
    public long Timestamp { get; set; }

    /// <summary>UTF-8 without the line break.</summary>
    public ReadOnlyMemory<byte> Line { get; set; }

    /// <summary>The labels with all changes so far. Ask only where it matters: until then changes pile up and cost nothing.</summary>
    public LabelSet Labels
    {
        get
        {
            if (!_pending.IsEmpty)
            {
                _labels = _labelSets.Resolve(_labels, _pending.Bytes);
                _pending.Clear();
            }
            return _labels;
        }
    }

    public ReadOnlySpan<MetadataPair> Metadata => _metadata.Pairs;

    internal ExtractedValues Extracted { get; }

    /// <summary>Stands for the receipts of earlier batches that parts of the line came with; null for nearly all lines.</summary>
    internal Receipt? Origin { get; set; }

    /// <summary>Changes the labels as <see cref="StageContext.Change"/> announced, with this line's value in UTF-8.</summary>
    public void Change(int change, ReadOnlySpan<byte> value = default) => _pending.Add(change, value);

    public SlotValue Get(int slot) => Extracted.Get(slot, Scratch);

    public void Set(int slot, SlotValue value) => Extracted.Set(slot, value);

    /// <summary>Takes an extracted value away.</summary>
    public void Remove(int slot) => Extracted.Remove(slot);

    /// <summary>Sets an extracted value under a name that the line itself gave.</summary>
    public void Set(ReadOnlySpan<byte> name, SlotValue value) => Extracted.Set(name, value);

    /// <summary>The text of an extracted value; false where it is absent or null.</summary>
    public bool TryGetText(int slot, out ReadOnlyMemory<byte> text)
    {
        SlotValue value = Get(slot);
        text = value.Text;
        return value.HasText;
    }

    /// <summary>Whether there is an extracted value of that name, even one that is null.</summary>
    public bool Has(ReadOnlySpan<byte> name) => Extracted.Contains(name, Scratch);

    /// <summary>Lists every extracted value, in no particular order. The list is used again for the next question.</summary>
    public List<ExtractedValue> ListExtracted()
    {
        _listed.Clear();
        Extracted.CopyTo(_listed, Scratch);
        return _listed;
    }

    /// <summary>Replaces structured metadata of that name in its place, else appends it.</summary>
    public void SetMetadata(string name, ReadOnlyMemory<byte> value) => _metadata.Set(name, value);

    /// <summary>Replaces the value of the pair at an index of <see cref="Metadata"/>.</summary>
    public void ReplaceMetadata(int index, ReadOnlyMemory<byte> value) => _metadata.Replace(index, value);

    /// <summary>Removes structured metadata of that name, all of it.</summary>
    public void RemoveMetadata(string name) => _metadata.Remove(name);

    internal void Reset(in LogEntry entry)
    {
        Start(entry.Labels, entry.Timestamp, entry.Line, entry.Metadata);
        Extracted.Reset(entry.Labels);
    }

    internal void Start(LabelSet labels, long timestamp, ReadOnlyMemory<byte> line, ReadOnlyMemory<MetadataPair> metadata)
    {
        _labels = labels;
        _pending.Clear();
        _metadata.Reset(metadata);
        Timestamp = timestamp;
        Line = line;
        Origin = null;
    }

    internal LogEntry ToEntry(MetadataArena arena) => new(Labels, Timestamp, Line, _metadata.Seal(arena));
}
