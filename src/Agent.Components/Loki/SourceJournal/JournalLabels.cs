using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Agent.Components.Common.Relabel;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>
/// The labels of one entry after another. Only fields that a rule reads are looked at, and what their values led to is remembered:
/// an entry of a known stream allocates nothing. For one thread.
/// </summary>
internal sealed class JournalLabels
{
    // Emptied when full: labels of processes and requests come and go.
    private const int Limit = 8192;
    private const int LongestKept = 4096;

    private readonly LabelSet _fixed;
    private readonly Relabeler _relabeler;
    private readonly LabelSetBuilder _builder = new();
    private readonly Dictionary<byte[], LabelSet?> _known = new(new ByteKeys());
    private readonly Dictionary<byte[], LabelSet?>.AlternateLookup<ReadOnlySpan<byte>> _byBytes;

    // Each field that a rule reads: index of its name, length of its value, value.
    private readonly ArrayBufferWriter<byte> _read = new();
    private readonly List<FieldName> _names = [];

    /// <param name="always">Labels that every entry has.</param>
    /// <param name="rules">What is done to them.</param>
    public JournalLabels(LabelSet always, RelabelRules rules)
    {
        _fixed = always;
        _relabeler = new Relabeler(rules.Rules, LabelNameRule.Legacy);
        _byBytes = _known.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Starts the next entry.</summary>
    public void Begin() => _read.ResetWrittenCount();

    public void Add(FieldName name, ReadOnlySpan<byte> value)
    {
        Span<byte> header = _read.GetSpan(8 + value.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header, IndexOf(name));
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], value.Length);
        value.CopyTo(header[8..]);
        _read.Advance(8 + value.Length);
    }

    /// <summary>The labels of the entry; null where rules drop it or leave none.</summary>
    public LabelSet? Resolve()
    {
        ReadOnlySpan<byte> read = _read.WrittenSpan;
        if (_byBytes.TryGetValue(read, out LabelSet? known))
        {
            return known;
        }
        LabelSet? labels = Compute(read);
        if (read.Length <= LongestKept)
        {
            if (_known.Count >= Limit)
            {
                _known.Clear();
            }
            _byBytes[read] = labels;
        }
        return labels;
    }

    // There are as many as rules name; with a labelmap over everything, as many as the journal has.
    private int IndexOf(FieldName name)
    {
        int index = _names.IndexOf(name);
        if (index < 0)
        {
            index = _names.Count;
            _names.Add(name);
        }
        return index;
    }

    private LabelSet? Compute(ReadOnlySpan<byte> read)
    {
        _builder.Reset(_fixed);
        while (!read.IsEmpty)
        {
            FieldName name = _names[BinaryPrimitives.ReadInt32LittleEndian(read)];
            int length = BinaryPrimitives.ReadInt32LittleEndian(read[4..]);
            string value = Encoding.UTF8.GetString(read.Slice(8, length));
            read = read[(8 + length)..];
            if (name.IsPriority)
            {
                _builder.Set(FieldNames.PriorityKeyword, Keyword(value));
            }
            _builder.Set(name.Label, value);
        }
        if (!_relabeler.Apply(_builder))
        {
            return null;
        }
        _builder.RemoveAll(static label => label.Name.StartsWith("__", StringComparison.Ordinal));
        return _builder.Count == 0 ? null : _builder.ToLabelSet();
    }

    private static string Keyword(string priority) => priority switch
    {
        "0" => "emerg",
        "1" => "alert",
        "2" => "crit",
        "3" => "error",
        "4" => "warning",
        "5" => "notice",
        "6" => "info",
        "7" => "debug",
        _ => priority,
    };
}
