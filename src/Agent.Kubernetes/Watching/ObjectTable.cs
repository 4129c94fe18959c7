using System.Collections.Immutable;
using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>The objects of a watch and who wants to hear of changes. Changed by one task; read from any thread.</summary>
/// <remarks>A persistent map: a change costs a few hundred bytes whatever the number of objects, and every snapshot stays as it is.</remarks>
/// <param name="sharing">Makes an object share what is equal with the one that it replaces; null for none.</param>
internal sealed class ObjectTable<T>(Func<T, T, T>? sharing = null)
    where T : class, IKubernetesObject
{
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, T> _objects = ImmutableDictionary.Create<string, T>(StringComparer.Ordinal);
    private ImmutableArray<Subscription> _subscribers = [];

    public ImmutableDictionary<string, T> Objects => Volatile.Read(ref _objects);

    public IDisposable Subscribe(Action<ResourceChange<T>> changed)
    {
        var subscription = new Subscription(this, changed);
        lock (_gate)
        {
            _subscribers = _subscribers.Add(subscription);
        }
        return subscription;
    }

    /// <summary>Adds or replaces one object; nothing happens where it is the version that is known.</summary>
    public void Put(T item)
    {
        string key = ObjectDecoder<T>.KeyOf(item);
        ImmutableDictionary<string, T> objects = _objects;
        // The key that is there already, so that the new one need not be kept.
        T? before = objects.TryGetKey(key, out key) ? objects[key] : null;
        if (before is not null && IsSame(before, item))
        {
            return;
        }
        item = Shared(item, before);
        Volatile.Write(ref _objects, objects.SetItem(key, item));
        Tell(new ResourceChange<T>(before, item));
    }

    public void Remove(T item)
    {
        string key = ObjectDecoder<T>.KeyOf(item);
        if (_objects.TryGetValue(key, out T? before))
        {
            Volatile.Write(ref _objects, _objects.Remove(key));
            Tell(new ResourceChange<T>(before, null));
        }
    }

    /// <summary>Takes a whole list: what it lacks goes, what it has anew or changed comes, and the rest is left alone.</summary>
    public void Replace(Dictionary<string, T> list)
    {
        // As many as there are the first time; later lists bring little that is new.
        var changes = new List<ResourceChange<T>>(_objects.Count == 0 ? list.Count : 0);
        ImmutableDictionary<string, T> objects = _objects;
        ImmutableDictionary<string, T>.Builder builder = objects.ToBuilder();
        foreach ((string key, T before) in objects)
        {
            if (!list.ContainsKey(key))
            {
                builder.Remove(key);
                changes.Add(new ResourceChange<T>(before, null));
            }
        }
        foreach ((string key, T item) in list)
        {
            objects.TryGetValue(key, out T? before);
            if (before is null || !IsSame(before, item))
            {
                builder[key] = item;
                changes.Add(new ResourceChange<T>(before, item));
            }
        }
        Volatile.Write(ref _objects, builder.ToImmutable());
        foreach (ResourceChange<T> change in changes)
        {
            Tell(change);
        }
    }

    public void TellOfStatus() => Tell(default);

    /// <summary>The object that is known, where it is the same version, else one that shares with it: a list then keeps no second copy.</summary>
    public T Known(string key, T item) =>
        !_objects.TryGetValue(key, out T? before) ? item : IsSame(before, item) ? before : Shared(item, before);

    private T Shared(T item, T? before) => before is null || sharing is null ? item : sharing(item, before);

    private static bool IsSame(T one, T other) =>
        one.Metadata.ResourceVersion.Length > 0
        && one.Metadata.ResourceVersion == other.Metadata.ResourceVersion
        && one.Metadata.Uid == other.Metadata.Uid;

    private void Tell(ResourceChange<T> change)
    {
        ImmutableArray<Subscription> subscribers;
        lock (_gate)
        {
            subscribers = _subscribers;
        }
        foreach (Subscription subscription in subscribers)
        {
            subscription.Tell(change);
        }
    }

    private sealed class Subscription(ObjectTable<T> table, Action<ResourceChange<T>> changed) : IDisposable
    {
        private volatile bool _isOver;

        public void Tell(ResourceChange<T> change)
        {
            if (!_isOver)
            {
                changed(change);
            }
        }

        public void Dispose()
        {
            _isOver = true;
            lock (table._gate)
            {
                table._subscribers = table._subscribers.Remove(this);
            }
        }
    }
}
