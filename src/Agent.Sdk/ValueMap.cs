using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Agent.Sdk;

/// <summary>An immutable map from text that keeps the order in which it was written and compares by content, order aside.</summary>
public sealed class ValueMap<T>(IReadOnlyList<KeyValuePair<string, T>> entries)
    : IReadOnlyCollection<KeyValuePair<string, T>>, IEquatable<ValueMap<T>>
{
    private readonly Dictionary<string, T> _byKey = new(entries, StringComparer.Ordinal);

    public static ValueMap<T> Empty { get; } = new([]);

    public int Count => _byKey.Count;

    public IEnumerable<string> Keys => entries.Select(static entry => entry.Key);

    public T this[string key] => _byKey[key];

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _byKey.TryGetValue(key, out value);

    public bool Equals(ValueMap<T>? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }
        return other is not null && other.Count == Count
            && entries.All(entry => other.TryGetValue(entry.Key, out T? theirs) && EqualityComparer<T>.Default.Equals(entry.Value, theirs));
    }

    public override bool Equals(object? obj) => Equals(obj as ValueMap<T>);

    public override int GetHashCode()
    {
        int hash = Count;
        foreach ((string key, T value) in entries)
        {
            hash += HashCode.Combine(key, value);
        }
        return hash;
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
