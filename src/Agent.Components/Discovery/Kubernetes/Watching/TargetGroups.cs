using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>The targets of each object, by the object's key. Targets that stay the same stay the same instances.</summary>
internal sealed class TargetGroups
{
    private readonly SortedDictionary<string, Target[]> _groups = new(StringComparer.Ordinal);

    /// <summary>How many targets there are.</summary>
    public int Count { get; private set; }

    /// <summary>Takes the targets of one object; false where they are as before.</summary>
    public bool Set(string key, List<Target> targets)
    {
        if (targets.Count == 0)
        {
            return Remove(key);
        }
        Target[] before = _groups.TryGetValue(key, out Target[]? known) ? known : [];
        bool isChanged = before.Length != targets.Count;
        for (int i = 0; i < targets.Count && i < before.Length; i++)
        {
            if (before[i].Labels.Equals(targets[i].Labels))
            {
                targets[i] = before[i];
            }
            else
            {
                isChanged = true;
            }
        }
        if (isChanged)
        {
            Count += targets.Count - before.Length;
            _groups[key] = [.. targets];
        }
        return isChanged;
    }

    /// <summary>The object is no more; false where it had no targets.</summary>
    public bool Remove(string key)
    {
        if (!_groups.Remove(key, out Target[]? gone))
        {
            return false;
        }
        Count -= gone.Length;
        return true;
    }

    /// <summary>Removes the groups whose key fulfils a condition; false where there are none.</summary>
    public bool RemoveWhere(Predicate<string> condition)
    {
        List<string> gone = [.. _groups.Keys.Where(key => condition(key))];
        gone.ForEach(key => Remove(key));
        return gone.Count > 0;
    }

    public Target[] ToArray()
    {
        var all = new Target[Count];
        int at = 0;
        foreach (Target[] group in _groups.Values)
        {
            group.CopyTo(all, at);
            at += group.Length;
        }
        return all;
    }
}
