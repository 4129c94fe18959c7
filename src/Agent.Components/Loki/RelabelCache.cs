using Agent.Telemetry;

namespace Agent.Components.Loki;

/// <summary>Remembers what label sets became, the least recently used going first. Safe on any thread; a hit allocates nothing.</summary>
internal sealed class RelabelCache(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LabelSet, LinkedListNode<(LabelSet From, LabelSet? To)>> _byLabels = [];
    private readonly LinkedList<(LabelSet From, LabelSet? To)> _byUse = [];
    private int _capacity = capacity;

    public int Count => _byLabels.Count;

    /// <summary>The sets that are known, those used last first.</summary>
    public IReadOnlyList<LabelSet> Known
    {
        get
        {
            lock (_gate)
            {
                return [.. _byUse.Select(static use => use.From)];
            }
        }
    }

    /// <summary>True where the set is known; <paramref name="result"/> is null where it is dropped.</summary>
    public bool TryGet(LabelSet labels, out LabelSet? result)
    {
        lock (_gate)
        {
            if (!_byLabels.TryGetValue(labels, out LinkedListNode<(LabelSet From, LabelSet? To)>? node))
            {
                result = null;
                return false;
            }
            if (node != _byUse.First)
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }
            // An equal set that stays as it is stays the caller's own instance.
            result = ReferenceEquals(node.Value.To, node.Value.From) ? labels : node.Value.To;
            return true;
        }
    }

    public void Add(LabelSet labels, LabelSet? result)
    {
        lock (_gate)
        {
            if (!_byLabels.ContainsKey(labels))
            {
                _byLabels[labels] = _byUse.AddFirst((labels, result));
                Trim();
            }
        }
    }

    public void Resize(int capacity)
    {
        lock (_gate)
        {
            _capacity = capacity;
            Trim();
        }
    }

    private void Trim()
    {
        while (_byLabels.Count > _capacity)
        {
            _byLabels.Remove(_byUse.Last!.Value.From);
            _byUse.RemoveLast();
        }
    }
}
