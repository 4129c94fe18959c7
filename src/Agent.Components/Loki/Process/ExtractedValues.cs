using System.Text;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process;

/// <summary>The extracted values of one line: slots, names that no stage speaks of, and behind them the labels the line came with.</summary>
internal sealed class ExtractedValues(SlotTable names, NameCache nameCache)
{
    private readonly SlotValue[] _slots = new SlotValue[names.Count];
    private readonly List<ExtractedValue> _extras = [];

    // The labels that the line came with, and above them those it had on entering each stage.match: Alloy copies them into the
    // extracted values there. Nothing is copied here; a name without a value of its own is looked up from the last set down.
    private readonly List<LabelSet> _labels = [];

    public SlotTable Names => names;

    public ReadOnlySpan<SlotValue> Slots => _slots;

    public IReadOnlyList<LabelSet> LabelSources => _labels;

    public void Reset(LabelSet labels)
    {
        Array.Clear(_slots);
        _extras.Clear();
        _labels.Clear();
        _labels.Add(labels);
    }

    /// <summary>The labels become extracted values, over what was there.</summary>
    public void PutLabels(LabelSet labels)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i].Kind != SlotKind.Absent && labels.Contains(names.NameOf(i)))
            {
                _slots[i] = default;
            }
        }
        for (int i = _extras.Count - 1; i >= 0; i--)
        {
            if (labels.Contains(_extras[i].Name))
            {
                _extras.RemoveAt(i);
            }
        }
        if (!ReferenceEquals(_labels[^1], labels))
        {
            _labels.Add(labels);
        }
    }

    public void Set(int slot, SlotValue value) => _slots[slot] = value;

    /// <summary>Takes the value out of a slot, also where it came from a label.</summary>
    public void Remove(int slot) => _slots[slot] = SlotValue.Removed;

    public void Set(ReadOnlySpan<byte> name, SlotValue value)
    {
        int slot = names.Find(name);
        if (slot >= 0)
        {
            _slots[slot] = value;
        }
        else
        {
            Put(nameCache.Get(name), value);
        }
    }

    public void Put(string name, SlotValue value)
    {
        int slot = names.Find(name);
        if (slot >= 0)
        {
            _slots[slot] = value;
            return;
        }
        for (int i = 0; i < _extras.Count; i++)
        {
            if (_extras[i].Name == name)
            {
                _extras[i] = new ExtractedValue(name, value);
                return;
            }
        }
        _extras.Add(new ExtractedValue(name, value));
    }

    public SlotValue Get(int slot, PooledBytes scratch)
    {
        if (_slots[slot].Kind == SlotKind.Absent)
        {
            _slots[slot] = FromLabels(names.NameOf(slot), scratch);
        }
        return _slots[slot].Kind == SlotKind.Removed ? default : _slots[slot];
    }

    /// <summary>Whether there is a value of that name, even one that is null.</summary>
    public bool Contains(ReadOnlySpan<byte> utf8, PooledBytes scratch)
    {
        int slot = names.Find(utf8);
        if (slot >= 0)
        {
            return Get(slot, scratch).Kind != SlotKind.Absent;
        }
        string name = nameCache.Get(utf8);
        return Holds(_extras, name) || _labels.Exists(labels => labels.Contains(name));
    }

    /// <summary>Every name that has a value, in no particular order.</summary>
    public void CopyTo(List<ExtractedValue> all, PooledBytes scratch)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            SlotValue value = Get(i, scratch);
            if (value.Kind != SlotKind.Absent)
            {
                all.Add(new ExtractedValue(names.NameOf(i), value));
            }
        }
        all.AddRange(_extras);
        for (int i = _labels.Count - 1; i >= 0; i--)
        {
            foreach (Label label in _labels[i].Span)
            {
                if (!Holds(all, label.Name) && !IsRemoved(label.Name))
                {
                    all.Add(new ExtractedValue(label.Name, Encode(label.Value, scratch)));
                }
            }
        }
    }

    private bool IsRemoved(string name) => names.Find(name) is >= 0 and int slot && _slots[slot].Kind == SlotKind.Removed;

    private static bool Holds(List<ExtractedValue> all, string name)
    {
        foreach (ExtractedValue value in all)
        {
            if (value.Name == name)
            {
                return true;
            }
        }
        return false;
    }

    private SlotValue FromLabels(string name, PooledBytes scratch)
    {
        for (int i = _labels.Count - 1; i >= 0; i--)
        {
            string value = _labels[i][name];
            if (value.Length > 0)
            {
                return Encode(value, scratch);
            }
        }
        return default;
    }

    private static SlotValue Encode(string value, PooledBytes scratch)
    {
        Memory<byte> bytes = scratch.Take(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, bytes.Span);
        return SlotValue.OfText(bytes);
    }
}
