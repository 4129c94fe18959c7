using System.Runtime.InteropServices;

namespace Agent.Telemetry.Logs;

/// <summary>Log entries on their way from one component to the next.</summary>
/// <remarks>
/// For consumers a batch is read-only, and valid until the task of <see cref="ILogConsumer.ConsumeAsync"/> completes; its producer
/// then clears and reuses it. Who changes data writes a batch of its own, whose unchanged lines point into the first one's
/// bytes: calls nest, so those outlive it. Entries of one stream are in order.
/// </remarks>
public sealed class LogBatch : IDisposable
{
    private readonly List<LogEntry> _entries = [];

    /// <summary>Settled when everything in the batch is delivered; null where the source cannot replay.</summary>
    public Receipt? Receipt { get; set; }

    public int Count => _entries.Count;

    public ReadOnlySpan<LogEntry> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>Sum of the lengths of all lines, in bytes.</summary>
    public long LineBytes { get; private set; }

    /// <summary>Memory for lines and metadata values that this batch makes itself.</summary>
    public PooledBytes Bytes { get; } = new();

    public void Add(in LogEntry entry)
    {
        _entries.Add(entry);
        LineBytes += entry.Line.Length;
    }

    /// <summary>Empties the batch for its producer's next use.</summary>
    public void Clear()
    {
        _entries.Clear();
        LineBytes = 0;
        Receipt = null;
        Bytes.Clear();
    }

    public void Dispose()
    {
        Clear();
        Bytes.Dispose();
    }
}
