using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>A copy of a line that outlives its batch: labels, time, metadata and extracted values. The line's own bytes are its owner's business.</summary>
internal sealed class HeldRecord
{
    private readonly LabelSet _labels;
    private readonly LabelSet[] _labelSources;
    private readonly MetadataPair[] _metadata;
    private readonly ExtractedValue[] _values;
    private readonly long _timestamp;

    public HeldRecord(LogRecord record)
    {
        _labels = record.Labels;
        _timestamp = record.Timestamp;
        _labelSources = [.. record.Extracted.LabelSources];
        _metadata = record.Metadata.ToArray();
        for (int i = 0; i < _metadata.Length; i++)
        {
            _metadata[i] = new MetadataPair(_metadata[i].Name, _metadata[i].Value.ToArray());
        }
        List<ExtractedValue> values = record.ListExtracted();
        _values = new ExtractedValue[values.Count];
        for (int i = 0; i < _values.Length; i++)
        {
            SlotValue value = values[i].Value;
            _values[i] = new ExtractedValue(values[i].Name, value with { Text = value.Text.ToArray() });
        }
    }

    /// <summary>Puts the copy into a record; by name, since the pipeline may be another one by now.</summary>
    public void Restore(LogRecord record, ReadOnlyMemory<byte> line)
    {
        record.Start(_labels, _timestamp, line, _metadata);
        record.Extracted.Reset(_labelSources[0]);
        foreach (LabelSet labels in _labelSources)
        {
            record.Extracted.PutLabels(labels);
        }
        foreach (ExtractedValue value in _values)
        {
            record.Extracted.Put(value.Name, value.Value);
        }
    }
}
