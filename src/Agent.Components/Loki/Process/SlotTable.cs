using System.Text;

namespace Agent.Components.Loki.Process;

/// <summary>The names of extracted values that the stages of one pipeline speak of, as numbers.</summary>
public sealed class SlotTable
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly List<(string Name, byte[] Utf8)> _names = [];

    public int Count => _names.Count;

    public string NameOf(int slot) => _names[slot].Name;

    /// <summary>The slot of a name, made where it is new; only while the pipeline is built.</summary>
    public int Add(string name)
    {
        if (!_slots.TryGetValue(name, out int slot))
        {
            slot = _names.Count;
            _slots.Add(name, slot);
            _names.Add((name, Encoding.UTF8.GetBytes(name)));
        }
        return slot;
    }

    /// <summary>The slot of a name, or -1.</summary>
    public int Find(string name) => _slots.GetValueOrDefault(name, -1);

    /// <summary>The slot of a name that was read from a line, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Count; i++)
        {
            if (name.SequenceEqual(_names[i].Utf8))
            {
                return i;
            }
        }
        return -1;
    }
}
