using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Agent.Sdk;

/// <summary>An immutable map from text that keeps the order in which it was written and compares by content, order aside.</summary>
public sealed class ValueMap<T> : IReadOnlyCollection<KeyValuePair<string, T>>, IEquatable<ValueMap<T>>
{
    private const int FewEntries = 8;
    private readonly KeyValuePair<string, T>[] _entries;

    // Null for few entries: most maps of a configuration have one or two, and looking through them is as quick.
    private readonly Dictionary<string, T>? _byKey;

    public ValueMap(IReadOnlyList<KeyValuePair<string, T>> entries)
    {
        _entries = [.. entries];
        _byKey = _entries.Length > FewEntries ? new(entries, StringComparer.Ordinal) : null;
    }

    public static ValueMap<T> Empty { get; } = new([]);

    public int Count => _entries.Length;

    public IEnumerable<string> Keys => _entries.Select(static entry => entry.Key);

    public T this[string key] => TryGetValue(key, out T? value) ? value : throw new KeyNotFoundException(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        if (_byKey is not null)
        {
            return _byKey.TryGetValue(key, out value);
        }
        foreach (KeyValuePair<string, T> entry in _entries)
        {
            if (entry.Key == key)
            {
                value = entry.Value;
                return true;
            }
        }
        value = default;
        return false;
    }

    public bool Equals(ValueMap<T>? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }
        return other is not null && other.Count == Count
            && _entries.All(entry => other.TryGetValue(entry.Key, out T? theirs) && EqualityComparer<T>.Default.Equals(entry.Value, theirs));
    }

    public override bool Equals(object? obj) => Equals(obj as ValueMap<T>);

    public override int GetHashCode()
    {
        int hash = Count;
        foreach ((string key, T value) in _entries)
        {
            hash += HashCode.Combine(key, value);
        }
        return hash;
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _entries.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
