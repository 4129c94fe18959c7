using System.Diagnostics;

namespace Agent.Sdk.Sharing;

/// <summary>What components of the process use together, such as one watch of the same pods: made by the first, gone with the last.</summary>
public sealed class SharedResources
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, Entry> _entries = [];

    /// <summary>How many resources are in use.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The resource of that key: the one in use, or a new one. Whoever rents it disposes of the lease.</summary>
    /// <param name="key">Compared by content; keys of different types never meet, so a record of the caller's own is a good one.</param>
    /// <param name="create">Called under a lock: it makes the object and does no work.</param>
    public SharedLease<T> Rent<T>(object key, Func<T> create)
        where T : class, IAsyncDisposable
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry? entry))
            {
                entry = new Entry(create());
                _entries.Add(key, entry);
            }
            entry.Users++;
            return new SharedLease<T>((T)entry.Resource, () => ReturnAsync(key, entry));
        }
    }

    private ValueTask ReturnAsync(object key, Entry entry)
    {
        lock (_lock)
        {
            Debug.Assert(entry.Users > 0, "BUG: returned more often than rented");
            if (--entry.Users > 0)
            {
                return ValueTask.CompletedTask;
            }
            _entries.Remove(key);
        }
        return entry.Resource.DisposeAsync();
    }

    private sealed class Entry(IAsyncDisposable resource)
    {
        public IAsyncDisposable Resource => resource;

        public int Users { get; set; }
    }
}
