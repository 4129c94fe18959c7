using System.Text;

namespace Agent.Components.Loki.Process;

/// <summary>The names of extracted values that the stages of one pipeline speak of, as numbers.</summary>
public sealed class SlotTable
{
    private const int FewNames = 16;
    private (string Name, byte[] Utf8)[] _names = [];

    // Null for few names, as nearly all pipelines have: looking through them is as quick.
    private Dictionary<string, int>? _slots;

    public int Count => _names.Length;

    public string NameOf(int slot) => _names[slot].Name;

    /// <summary>The slot of a name, made where it is new; only while the pipeline is built.</summary>
    public int Add(string name)
    {
        int slot = Find(name);
        if (slot < 0)
        {
            slot = _names.Length;
            _names = [.. _names, (name, Encoding.UTF8.GetBytes(name))];
            _slots?.Add(name, slot);
        }
        if (_slots is null && _names.Length > FewNames)
        {
            _slots = new Dictionary<string, int>(_names.Select(static (known, at) => KeyValuePair.Create(known.Name, at)), StringComparer.Ordinal);
        }
        return slot;
    }

    /// <summary>The slot of a name, or -1.</summary>
    public int Find(string name) => _slots?.GetValueOrDefault(name, -1) ?? Array.FindIndex(_names, known => known.Name == name);

    /// <summary>The slot of a name that was read from a line, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i].Utf8))
            {
                return i;
            }
        }
        return -1;
    }
}
