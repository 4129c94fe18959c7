using System.Buffers;
using System.Text;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Wire.LokiPush;

namespace Agent.Components.Loki.SourceApi;

/// <summary>Turns what a reader finds into entries with their final labels.</summary>
internal sealed class PushSink(LogBatch batch, PushSettings settings, string tenant, TimeProvider time) : ILokiPushSink
{
    /// <summary>An entry without a line takes few bytes on the wire but 48 in memory.</summary>
    public const int MaxEntries = 1_000_000;

    private const string TenantLabel = "__tenant_id__";
    private const int InlineLabelsText = 4096;

    private readonly LabelSetBuilder _labels = new();
    private string _lastName = "";
    private readonly List<MetadataPair> _metadata = [];
    private readonly long _now = (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
    private LabelSet? _stream;
    private bool _streamKnown;
    private long _timestamp;
    private ReadOnlyMemory<byte> _line;

    /// <summary>The bytes that views point into: lines inside them are not copied.</summary>
    public ReadOnlyMemory<byte> Source { get; init; }

    /// <summary>The last stream's error, where there was one; its entries are left out.</summary>
    public string? Error { get; private set; }

    public bool TooManyEntries { get; private set; }

    public bool AddLine(ReadOnlyMemory<byte> line)
    {
        if (batch.Count >= MaxEntries)
        {
            return false;
        }
        batch.Add(new LogEntry(settings.FixedLabels, _now, line));
        return true;
    }

    public void Add(LokiStreamView stream)
    {
        BeginStream();
        if (!ReadLabels(stream.Labels))
        {
            return;
        }
        foreach (LokiEntryView entry in stream.Entries)
        {
            BeginEntry(entry.Timestamp.ToUnixNanos(), entry.Line);
            foreach (LokiMetadataView pair in entry.Metadata)
            {
                Metadata(pair.Name, pair.Value);
            }
            EndEntry();
        }
    }

    public void BeginStream()
    {
        _labels.Reset(LabelSet.Empty);
        _streamKnown = false;
    }

    public void Label(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        _labels.Set(Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(value));

    public void BeginEntry(long unixNanos, ReadOnlySpan<byte> line)
    {
        _metadata.Clear();
        _timestamp = settings.UseIncomingTimestamp ? unixNanos : _now;
        _line = TooManyEntries ? default : Keep(line);
    }

    public void Metadata(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        _metadata.Add(new MetadataPair(NameOf(name), Keep(value)));

    public void EndEntry()
    {
        if (!_streamKnown)
        {
            (_stream, _streamKnown) = (FinishLabels(), true);
        }
        TooManyEntries |= batch.Count >= MaxEntries;
        if (_stream is null || TooManyEntries)
        {
            return;
        }
        batch.Add(new LogEntry(_stream, _timestamp, _line, _metadata.Count == 0 ? default : _metadata.ToArray()));
    }

    public void EndStream()
    {
    }

    private bool ReadLabels(ReadOnlySpan<byte> text)
    {
        byte[]? rented = text.Length > InlineLabelsText ? ArrayPool<byte>.Shared.Rent(text.Length) : null;
        try
        {
            Span<byte> scratch = rented is null ? stackalloc byte[InlineLabelsText] : rented;
            var reader = new LabelsTextReader(text, scratch);
            while (reader.TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
            {
                Label(name, value);
            }
            Error = reader.Error ?? Error;
            return reader.Error is null;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Null where the rules drop the stream or no label is left.</summary>
    private LabelSet? FinishLabels()
    {
        foreach (Label label in settings.FixedLabels.Span)
        {
            _labels.Set(label.Name, label.Value);
        }
        if (!settings.Rules.Apply(_labels) || _labels.Count == 0)
        {
            return null;
        }
        _labels.RemoveAll(static label => label.Name.StartsWith("__", StringComparison.Ordinal));
        _labels.Set(TenantLabel, tenant);
        return _labels.ToLabelSet();
    }

    /// <summary>Metadata names repeat from entry to entry.</summary>
    private string NameOf(ReadOnlySpan<byte> name)
    {
        if (name.Length != _lastName.Length || !Ascii.Equals(name, _lastName))
        {
            _lastName = Encoding.UTF8.GetString(name);
        }
        return _lastName;
    }

    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes) =>
        !bytes.IsEmpty && Source.Span.Overlaps(bytes, out int offset) ? Source.Slice(offset, bytes.Length) : batch.Bytes.Copy(bytes);
}
