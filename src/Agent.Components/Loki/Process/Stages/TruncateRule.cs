using System.Text;
using Agent.Components.Loki.Process.Labels;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>One rule of <c>stage.truncate</c>. Cuts between bytes, as Alloy does, so that a limit is kept exactly.</summary>
internal sealed class TruncateRule
{
    private const int MostBytesPerChar = 3;
    private readonly TruncatedFields _fields;
    private readonly ValueSource _sourceType;
    private readonly int _field;
    private readonly int _limit;
    private readonly byte[] _suffix;
    private readonly string[] _sources;
    private readonly int[] _slots;
    private readonly int _cutLabels;

    public TruncateRule(TruncateStage.Rule rule, TruncatedFields fields, StageContext context)
    {
        _fields = fields;
        _sourceType = rule.SourceType;
        _field = TruncatedFields.Of(rule.SourceType);
        _suffix = Encoding.UTF8.GetBytes(rule.Suffix);
        _limit = (int)Math.Min(rule.Limit.Bytes - _suffix.Length, int.MaxValue / 2);
        _sources = [.. rule.Sources];
        if (rule.SourceType == ValueSource.Label)
        {
            _cutLabels = context.Change(new CutLabels(this));
        }
        _slots = rule.SourceType == ValueSource.Extracted ? [.. rule.Sources.Select(context.Slot)] : [];
    }

    /// <summary>Returns the bit of what the rule cut, or 0.</summary>
    public int Apply(LogRecord record)
    {
        int cut = _sourceType switch
        {
            ValueSource.Line => ApplyToLine(record),
            ValueSource.Label => ApplyToLabels(record),
            ValueSource.Extracted => _slots.Length > 0 ? ApplyToSlots(record) : ApplyToAll(record),
            _ => ApplyToMetadata(record),
        };
        for (int i = 0; i < cut; i++)
        {
            _fields.Count(_field);
        }
        return cut > 0 ? 1 << _field : 0;
    }

    private int ApplyToLine(LogRecord record)
    {
        if (record.Line.Length <= _limit)
        {
            return 0;
        }
        record.Line = Cut(record.Line, record);
        return 1;
    }

    private int ApplyToLabels(LogRecord record)
    {
        int cut = 0;
        foreach (Label label in record.Labels.Span)
        {
            cut += IsCut(label) ? 1 : 0;
        }
        if (cut > 0)
        {
            record.Change(_cutLabels);
        }
        return cut;
    }

    private int ApplyToSlots(LogRecord record)
    {
        int cut = 0;
        foreach (int slot in _slots)
        {
            SlotValue value = record.Get(slot);
            if (value.Kind == SlotKind.Text && value.Text.Length > _limit)
            {
                record.Set(slot, SlotValue.OfText(Cut(value.Text, record)));
                cut++;
            }
        }
        return cut;
    }

    private int ApplyToAll(LogRecord record)
    {
        int cut = 0;
        foreach (ExtractedValue extracted in record.ListExtracted())
        {
            if (extracted.Value.Kind == SlotKind.Text && extracted.Value.Text.Length > _limit)
            {
                record.Extracted.Put(extracted.Name, SlotValue.OfText(Cut(extracted.Value.Text, record)));
                cut++;
            }
        }
        return cut;
    }

    private int ApplyToMetadata(LogRecord record)
    {
        int cut = 0;
        for (int i = 0; i < record.Metadata.Length; i++)
        {
            MetadataPair pair = record.Metadata[i];
            if (pair.Value.Length > _limit && IsSource(pair.Name))
            {
                record.ReplaceMetadata(i, Cut(pair.Value, record));
                cut++;
            }
        }
        return cut;
    }

    private bool IsSource(string name) => _sources.Length == 0 || Array.IndexOf(_sources, name) >= 0;

    private bool IsCut(Label label) =>
        label.Value.Length > _limit / MostBytesPerChar && IsSource(label.Name) && Encoding.UTF8.GetByteCount(label.Value) > _limit;

    private ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> value, LogRecord record)
    {
        if (_suffix.Length == 0)
        {
            return value[.._limit];
        }
        Memory<byte> cut = record.Scratch.Take(_limit + _suffix.Length);
        value[.._limit].CopyTo(cut);
        _suffix.CopyTo(cut[_limit..]);
        return cut;
    }

    private sealed class CutLabels(TruncateRule rule) : LabelChange
    {
        public override void Apply(LabelSetBuilder labels, string value)
        {
            for (int i = 0; i < labels.Count; i++)
            {
                Label label = labels[i];
                if (rule.IsCut(label))
                {
                    // A label is text: half a character at the end becomes U+FFFD.
                    labels.Set(label.Name, Encoding.UTF8.GetString([.. Encoding.UTF8.GetBytes(label.Value)[..rule._limit], .. rule._suffix]));
                }
            }
        }
    }
}
