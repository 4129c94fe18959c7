using System.Text;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Testing;

/// <summary>One entry as text, copied out of its batch.</summary>
public sealed record CollectedEntry(LabelSet Labels, long Timestamp, string Line, IReadOnlyList<KeyValuePair<string, string>> Metadata);

/// <summary>Keeps everything that it is handed; settles nothing by itself beyond what the producer does.</summary>
public sealed class LogCollector : ILogConsumer
{
    private readonly Lock _gate = new();
    private readonly List<CollectedEntry> _entries = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];

    public IReadOnlyList<CollectedEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    public IEnumerable<string> Lines => Entries.Select(static entry => entry.Line);

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        lock (_gate)
        {
            foreach (LogEntry entry in batch.Entries)
            {
                _entries.Add(Copy(entry));
            }
            foreach ((int count, TaskCompletionSource reached) in _waiters)
            {
                if (_entries.Count >= count)
                {
                    reached.TrySetResult();
                }
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Completes when at least <paramref name="count"/> entries have come; fails after <paramref name="limit"/> (default 30 s).</summary>
    public Task WaitForAsync(int count, TimeSpan? limit = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_entries.Count >= count)
            {
                return Task.CompletedTask;
            }
            _waiters.Add((count, reached));
        }
        return reached.Task.WaitAsync(limit ?? TimeSpan.FromSeconds(30));
    }

    private static CollectedEntry Copy(in LogEntry entry)
    {
        var metadata = new List<KeyValuePair<string, string>>();
        foreach (MetadataPair pair in entry.Metadata.Span)
        {
            metadata.Add(new(pair.Name, Encoding.UTF8.GetString(pair.Value.Span)));
        }
        return new CollectedEntry(entry.Labels, entry.Timestamp, Encoding.UTF8.GetString(entry.Line.Span), metadata);
    }
}
