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
        if (!_isChanged)
        {
            _changed.Clear();
            _changed.AddRange(_original.Span);
            _isChanged = true;
        }
        var pair = new MetadataPair(name, value);
        for (int i = 0; i < _changed.Count; i++)
        {
            if (_changed[i].Name == name)
            {
                _changed[i] = pair;
                return;
            }
        }
        _changed.Add(pair);
    }

    /// <summary>The pairs in memory that outlives the line: the entry's own, or a copy in <paramref name="arena"/>.</summary>
    public ReadOnlyMemory<MetadataPair> Seal(MetadataArena arena) => _isChanged ? arena.Copy(Pairs) : _original;
}
