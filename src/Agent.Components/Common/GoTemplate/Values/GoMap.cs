namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>A map with texts for keys. Wherever order shows it is that of the keys, as Go prints and ranges over maps.</summary>
internal sealed class GoMap
{
    private readonly Dictionary<string, GoValue> _values = new(StringComparer.Ordinal);

    public int Count => _values.Count;

    public GoValue this[string key]
    {
        set => _values[key] = value;
    }

    public bool TryGet(string key, out GoValue value) => _values.TryGetValue(key, out value);

    public bool Remove(string key) => _values.Remove(key);

    public bool Contains(string key) => _values.ContainsKey(key);

    public KeyValuePair<string, GoValue>[] Sorted()
    {
        KeyValuePair<string, GoValue>[] sorted = [.. _values];
        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return sorted;
    }
}
