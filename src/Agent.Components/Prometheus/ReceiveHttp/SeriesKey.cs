using System.Text;
using System.Text.Unicode;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.ReceiveHttp;

/// <summary>The labels of a received series as a block, to find it by. Reusable: in steady state it allocates nothing.</summary>
internal sealed class SeriesKey : IDisposable
{
    private readonly GrowableBuffer _block = new();

    public ReadOnlySpan<byte> Block => _block.Written;

    /// <param name="labels">Sorted by name.</param>
    /// <param name="metadata">What becomes labels as well, in place of any that were sent under these names; nothing where it is empty.</param>
    public void Set(SeriesLabels labels, WriteMetadataView metadata)
    {
        _block.Clear();
        ReadOnlySpan<byte> type = metadata.Type == MetricType.Unknown ? default : MetricTypeName.Of(metadata.Type);
        ReadOnlySpan<byte> unit = metadata.Unit;
        if (type.IsEmpty && unit.IsEmpty)
        {
            _block.Advance(labels.WriteBlock(_block.Reserve(labels.BlockLength())));
            return;
        }
        ReadOnlySpan<byte> typeName = "__type__"u8;
        ReadOnlySpan<byte> unitName = "__unit__"u8;
        for (int i = 0; i < labels.Count; i++)
        {
            ReadOnlySpan<byte> name = labels.Name(i);
            if (name.SequenceCompareTo(typeName) >= 0)
            {
                Add(typeName, type);
                type = default;
            }
            if (name.SequenceCompareTo(unitName) >= 0)
            {
                Add(unitName, unit);
                unit = default;
            }
            if (!name.SequenceEqual(typeName) && !name.SequenceEqual(unitName))
            {
                Add(name, labels.Value(i));
            }
        }
        Add(typeName, type);
        Add(unitName, unit);
    }

    /// <summary>Why no series can have these labels, or null.</summary>
    public string? Fault()
    {
        ReadOnlySpan<byte> last = default;
        bool isNamed = false;
        LabelBlock.Enumerator labels = LabelBlock.Read(Block);
        while (labels.MoveNext())
        {
            if (labels.Name.IsEmpty || !Utf8.IsValid(labels.Name) || !Utf8.IsValid(labels.Value))
            {
                return $"invalid metric name or labels, got {Text()}";
            }
            if (labels.Name.SequenceEqual(last))
            {
                return $"invalid labels for series, labels {Text()}, duplicated label {Encoding.UTF8.GetString(last)}";
            }
            isNamed |= labels.Name.SequenceEqual("__name__"u8) && !labels.Value.IsEmpty;
            last = labels.Name;
        }
        return isNamed ? null : $"invalid metric name or labels, got {Text()}";
    }

    public MetricSeries ToSeries()
    {
        var builder = new LabelSetBuilder();
        LabelBlock.Enumerator labels = LabelBlock.Read(Block);
        while (labels.MoveNext())
        {
            builder.Set(Encoding.UTF8.GetString(labels.Name), Encoding.UTF8.GetString(labels.Value));
        }
        return MetricSeries.Compact(builder.ToLabelSet(), like: null);
    }

    public void Dispose() => _block.Dispose();

    private void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            _block.Advance(LabelBlock.Write(_block.Reserve(LabelBlock.LabelLength(name.Length, value.Length)), name, value));
        }
    }

    private string Text()
    {
        const int Longest = 500;
        var text = new StringBuilder("{");
        LabelBlock.Enumerator labels = LabelBlock.Read(Block);
        while (labels.MoveNext() && text.Length < Longest)
        {
            text.Append(text.Length > 1 ? ", " : "").Append(Encoding.UTF8.GetString(labels.Name)).Append("=\"");
            text.Append(Encoding.UTF8.GetString(labels.Value[..Math.Min(labels.Value.Length, Longest)])).Append('"');
        }
        return text.Append('}').ToString();
    }
}
