using System.Runtime.InteropServices;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>The structured metadata of one line: that of its entry, until a stage changes it.</summary>
internal sealed class MetadataList
{
    private readonly List<MetadataPair> _changed = [];
    private ReadOnlyMemory<MetadataPair> _original;
    private bool _isChanged;

    public ReadOnlySpan<MetadataPair> Pairs => _isChanged ? CollectionsMarshal.AsSpan(_changed) : _original.Span;

    public void Reset(ReadOnlyMemory<MetadataPair> original)
    {
        _original = original;
        _isChanged = false;
    }

    /// <summary>Replaces the first pair of that name in its place, else appends.</summary>
    public void Set(string name, ReadOnlyMemory<byte> value)
    {
        OwnPairs();
        for (int i = 0; i < _changed.Count; i++)
        {
            if (_changed[i].Name == name)
            {
                _changed[i] = new MetadataPair(name, value);
                return;
            }
        }
        _changed.Add(new MetadataPair(name, value));
    }

    /// <summary>Replaces the value of one pair.</summary>
    public void Replace(int index, ReadOnlyMemory<byte> value)
    {
        OwnPairs();
        _changed[index] = _changed[index] with { Value = value };
    }

    /// <summary>Removes all pairs of that name.</summary>
    public void Remove(string name)
    {
        for (int i = Pairs.Length - 1; i >= 0; i--)
        {
            if (Pairs[i].Name == name)
            {
                OwnPairs();
                _changed.RemoveAt(i);
            }
        }
    }

    /// <summary>The pairs in memory that outlives the line: the entry's own, or a copy in <paramref name="arena"/>.</summary>
    public ReadOnlyMemory<MetadataPair> Seal(MetadataArena arena) => _isChanged ? arena.Copy(Pairs) : _original;

    private void OwnPairs()
    {
        if (!_isChanged)
        {
            _changed.Clear();
            _changed.AddRange(_original.Span);
            _isChanged = true;
        }
    }
}
