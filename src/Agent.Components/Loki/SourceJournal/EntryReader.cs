using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>Turns entries of a journal into batches. For one thread.</summary>
internal sealed class EntryReader(JournalMetrics metrics, TimeProvider time) : IDisposable
{
    private const long NanosecondsPerTick = 100;

    private readonly JournalJson _json = new();
    private bool _isCut;
    private int _size;

    /// <summary>The lines of the last turn; valid until the next one.</summary>
    public LogBatch Batch { get; } = new();

    /// <summary>Steps through entries until the batch is full or the journal is at its end.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="settings">What becomes of the entries.</param>
    /// <param name="hasRead">True where there was any entry, taken or not.</param>
    /// <returns>True where there is nothing more to read now.</returns>
    public bool Fill(IJournalReader reader, JournalSettings settings, out bool hasRead)
    {
        Batch.Clear();
        hasRead = false;
        for (int i = 0; i < JournalLimits.EntriesPerBatch && Batch.LineBytes < JournalLimits.BytesPerBatch; i++)
        {
            JournalRead read = reader.Next();
            if (read == JournalRead.End)
            {
                return true;
            }
            if (read == JournalRead.Corrupt)
            {
                metrics.Corrupt.Increment();
                continue;
            }
            hasRead = true;
            Take(reader, settings);
        }
        return false;
    }

    public void Dispose()
    {
        Batch.Dispose();
        _json.Dispose();
    }

    private void Take(IJournalReader reader, JournalSettings settings)
    {
        _isCut = false;
        _size = 0;
        settings.Labels.Begin();
        _json.Begin();
        if (!TryReadFields(reader, settings, out ReadOnlyMemory<byte> line))
        {
            metrics.Corrupt.Increment();
            return;
        }
        if (_isCut)
        {
            metrics.Cut.Increment();
        }
        if (line.IsEmpty && !settings.FormatAsJson)
        {
            metrics.NoMessage.Increment();
            return;
        }
        if (settings.Labels.Resolve() is not { } labels)
        {
            metrics.EmptyLabels.Increment();
            return;
        }
        if (settings.FormatAsJson)
        {
            line = Batch.Bytes.Copy(_json.Write());
        }
        long timestamp = reader.Timestamp;
        Batch.Add(new LogEntry(labels, timestamp > 0 ? timestamp : Now(), line));
        metrics.Lines.Increment();
    }

    private bool TryReadFields(IJournalReader reader, JournalSettings settings, out ReadOnlyMemory<byte> line)
    {
        line = default;
        while (true)
        {
            JournalRead read = reader.NextField(out JournalField field);
            if (read != JournalRead.Item)
            {
                return read == JournalRead.End;
            }
            FieldName name = settings.Names.Get(field.Name);
            if (!settings.FormatAsJson && !name.IsMessage && !name.IsRead)
            {
                continue;
            }
            ReadOnlySpan<byte> value = Limit(field.Value);
            if (name.IsRead)
            {
                settings.Labels.Add(name, value);
            }
            if (settings.FormatAsJson)
            {
                _json.Add(name, value);
            }
            else if (name.IsMessage)
            {
                // Of several, the last one counts.
                line = Batch.Bytes.Copy(value);
            }
        }
    }

    private ReadOnlySpan<byte> Limit(ReadOnlySpan<byte> value)
    {
        int limit = Math.Min(JournalLimits.LongestValue, JournalLimits.LargestEntry - _size);
        if (value.Length > limit)
        {
            _isCut = true;
            value = value[..limit];
        }
        _size += value.Length;
        return value;
    }

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;
}
