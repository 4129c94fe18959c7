using Agent.Components.Loki.Positions;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>The feeds that run, one for each namespace. The loop alone calls what changes them.</summary>
internal sealed class EventFeeds(EventServices services, PositionFile<EventPosition> positions)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (EventFeed Feed, Task Run, CancellationTokenSource Ending)> _feeds = new(StringComparer.Ordinal);
    private readonly List<EventFeed> _ended = [];

    public bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _feeds.Count > 0;
            }
        }
    }

    public List<EventFeed> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _feeds.Values.Select(static entry => entry.Feed)];
            }
        }
    }

    /// <summary>How far each was delivered.</summary>
    public Dictionary<string, EventPosition> Delivered
    {
        get
        {
            lock (_gate)
            {
                return _feeds.Values.Select(static entry => entry.Feed).Concat(_ended).Where(static feed => feed.Delivery.Delivered != default)
                    .GroupBy(static feed => feed.Settings.Namespace)
                    .ToDictionary(static group => group.Key, static group => group.Select(static feed => feed.Delivery.Delivered).Aggregate(static (one, other) => one.LaterOf(other)));
            }
        }
    }

    /// <summary>Starts and stops feeds until they are those.</summary>
    /// <param name="wanted">One for each namespace.</param>
    /// <param name="elsewhere">How far another agent has come.</param>
    /// <param name="stop">Ends them.</param>
    public async Task FollowAsync(IReadOnlyList<EventFeedSettings> wanted, Dictionary<string, EventPosition> elsewhere, CancellationToken stop)
    {
        foreach (EventFeed feed in All.Where(feed => !wanted.Contains(feed.Settings)))
        {
            await StopAsync(feed.Settings.Namespace);
        }
        foreach (EventFeedSettings settings in wanted)
        {
            lock (_gate)
            {
                if (_feeds.ContainsKey(settings.Namespace))
                {
                    continue;
                }
                // What a former feed has on its way is not to be read again: it comes to be delivered.
                EventPosition start = _ended.Where(feed => feed.Settings.Namespace == settings.Namespace).Select(static feed => feed.Delivery.Position)
                    .Append(elsewhere.GetValueOrDefault(settings.Namespace))
                    .Aggregate(positions.Find(settings.Namespace), static (one, other) => one.LaterOf(other));
                var feed = new EventFeed(services, settings, start);
                var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
                _feeds.Add(settings.Namespace, (feed, Task.Run(() => feed.RunAsync(ending.Token), CancellationToken.None), ending));
            }
        }
    }

    /// <summary>One whose consumer failed fails the component.</summary>
    public async Task ReapAsync()
    {
        List<Task> runs;
        lock (_gate)
        {
            runs = [.. _feeds.Values.Select(static entry => entry.Run).Where(static run => run.IsFaulted)];
            foreach (EventFeed ended in _ended.Where(static feed => feed.Delivery.IsSettled).ToList())
            {
                positions.Set(ended.Settings.Namespace, positions.Find(ended.Settings.Namespace).LaterOf(ended.Delivery.Delivered));
                _ended.Remove(ended);
            }
        }
        await Task.WhenAll(runs);
    }

    public async Task StopAsync()
    {
        foreach (EventFeed feed in All)
        {
            await StopAsync(feed.Settings.Namespace);
        }
    }

    public Task SettledAsync(TimeSpan limit)
    {
        lock (_gate)
        {
            return Task.WhenAll(_feeds.Values.Select(static entry => entry.Feed).Concat(_ended).Select(feed => feed.Delivery.SettledAsync(limit)));
        }
    }

    public void Save()
    {
        foreach ((string inNamespace, EventPosition position) in Delivered)
        {
            positions.Set(inNamespace, position);
        }
        positions.Save();
    }

    private async Task StopAsync(string inNamespace)
    {
        (EventFeed feed, Task run, CancellationTokenSource ending) = _feeds[inNamespace];
        await ending.CancelAsync();
        await run.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        ending.Dispose();
        lock (_gate)
        {
            _feeds.Remove(inNamespace);
            _ended.Add(feed);
        }
    }
}
