using System.Threading.Channels;

namespace Agent.Runtime.Graph;

/// <summary>Collects which nodes need evaluating again, because what they refer to changed or because an attempt failed, and runs that in the background.</summary>
/// <remarks>Changes that come while one pass runs are taken together in the next: a hundred exports a second cost one pass at a time.</remarks>
internal sealed class Reevaluation : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);
    private readonly TimeProvider _time;
    private readonly Func<ISet<string>, Task> _run;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();

    /// <summary>By node, when its exports first changed since the last pass.</summary>
    private readonly Dictionary<string, long> _changed = new(StringComparer.Ordinal);

    private readonly HashSet<string> _retries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (TimeSpan Wait, ITimer Timer)> _waiting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private Dictionary<string, long> _taken = new(StringComparer.Ordinal);

    public Reevaluation(TimeProvider time, Func<ISet<string>, Task> run)
    {
        _time = time;
        _run = run;
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>The exports of <paramref name="node"/> have changed: whatever refers to it is evaluated again.</summary>
    public void DependentsOf(ComponentNode node)
    {
        lock (_gate)
        {
            _changed.TryAdd(node.Id, _time.GetTimestamp());
        }
        _wake.Writer.TryWrite(true);
    }

    /// <summary>The timestamp at which a node's exports changed since its dependents were last evaluated, or null; asked during a pass.</summary>
    public long? ChangedAt(string id)
    {
        lock (_gate)
        {
            // A change during this pass counts too: dependents come later in the order. It stays marked for those that came earlier.
            return _taken.TryGetValue(id, out long at) || _changed.TryGetValue(id, out at) ? at : null;
        }
    }

    /// <summary>True where the node waits for a pass: to be tried again, or because something that it refers to has changed.</summary>
    public bool IsQueued(string id, IReadOnlyList<string> dependencies)
    {
        lock (_gate)
        {
            return _retries.Contains(id) || dependencies.Any(_changed.ContainsKey);
        }
    }

    /// <summary>Notes how an attempt ended; a failed one is repeated after 1 s, 2 s, … up to a minute.</summary>
    public void Settled(string id, bool retry)
    {
        lock (_gate)
        {
            TimeSpan wait = FirstRetry;
            if (_waiting.Remove(id, out (TimeSpan Wait, ITimer Timer) last))
            {
                last.Timer.Dispose();
                wait = last.Wait * 2 < LongestRetry ? last.Wait * 2 : LongestRetry;
            }
            if (retry && !_stop.IsCancellationRequested)
            {
                _waiting[id] = (wait, _time.CreateTimer(_ => Retry(id), null, wait, Timeout.InfiniteTimeSpan));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        lock (_gate)
        {
            foreach ((_, ITimer timer) in _waiting.Values)
            {
                timer.Dispose();
            }
            _waiting.Clear();
        }
        _stop.Dispose();
    }

    private void Retry(string id)
    {
        lock (_gate)
        {
            _retries.Add(id);
        }
        _wake.Writer.TryWrite(true);
    }

    private async Task LoopAsync()
    {
        try
        {
            while (await _wake.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                _wake.Reader.TryRead(out _);
                await _run(Take()).ConfigureAwait(false);
                Passed();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>What the pass took is settled: a load that comes later need not evaluate its dependents once more.</summary>
    private void Passed()
    {
        lock (_gate)
        {
            _taken.Clear();
        }
    }

    private HashSet<string> Take()
    {
        lock (_gate)
        {
            _taken = new Dictionary<string, long>(_changed, StringComparer.Ordinal);
            _changed.Clear();
            var retries = new HashSet<string>(_retries, StringComparer.Ordinal);
            _retries.Clear();
            return retries;
        }
    }
}
