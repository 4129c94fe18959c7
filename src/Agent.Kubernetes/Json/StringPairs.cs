using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Agent.Kubernetes.Json;

/// <summary>Labels or annotations: few pairs, sorted by key, compared by content, in one array instead of a hash table. Equal ones are the same instance where they were met of late.</summary>
public sealed class StringPairs : IReadOnlyDictionary<string, string>, IEquatable<StringPairs>
{
    /// <summary>A cache: what it gives depends on its argument alone.</summary>
    private static readonly ContentPool<StringPairs> Pool = new(EqualityComparer<StringPairs>.Default);

    /// <summary>Characters of values; what is longer (a whole configuration in an annotation) must not be kept for the sake of the pool.</summary>
    private const int LongestKnown = 2048;

    private readonly KeyValuePair<string, string>[] _pairs;

    private StringPairs(KeyValuePair<string, string>[] pairs) => _pairs = pairs;

    public static StringPairs Empty { get; } = new([]);

    public int Count => _pairs.Length;

    public IEnumerable<string> Keys => _pairs.Select(static pair => pair.Key);

    public IEnumerable<string> Values => _pairs.Select(static pair => pair.Value);

    /// <summary>All pairs, without an enumerator.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> AsSpan() => _pairs;

    public string this[string key] =>
        TryGetValue(key, out string? value) ? value : throw new KeyNotFoundException($"no pair has the key {key}");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        (int low, int high) = (0, _pairs.Length - 1);
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(_pairs[middle].Key, key);
            if (order == 0)
            {
                value = _pairs[middle].Value;
                return true;
            }
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        value = null;
        return false;
    }

    public bool Equals(StringPairs? other)
    {
        if (other is null || other._pairs.Length != _pairs.Length)
        {
            return false;
        }
        for (int i = 0; i < _pairs.Length; i++)
        {
            if (_pairs[i].Key != other._pairs[i].Key || _pairs[i].Value != other._pairs[i].Value)
            {
                return false;
            }
        }
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as StringPairs);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach ((string key, string value) in _pairs)
        {
            hash.Add(key);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Collects pairs in any order; of a repeated key the last counts.</summary>
    public struct Builder
    {
        private KeyValuePair<string, string>[]? _pairs;
        private int _count;

        public void Add(string key, string value)
        {
            _pairs ??= new KeyValuePair<string, string>[8];
            int at = _count;
            // The API server writes maps sorted by key, so this looks at one pair.
            while (at > 0 && string.CompareOrdinal(_pairs[at - 1].Key, key) is var order && order >= 0)
            {
                if (order == 0)
                {
                    _pairs[at - 1] = new(key, value);
                    return;
                }
                at--;
            }
            if (_count == _pairs.Length)
            {
                Array.Resize(ref _pairs, _count * 2);
            }
            Array.Copy(_pairs, at, _pairs, at + 1, _count - at);
            _pairs[at] = new(key, value);
            _count++;
        }

        public readonly StringPairs Build()
        {
            if (_count == 0)
            {
                return Empty;
            }
            KeyValuePair<string, string>[] pairs = _pairs.AsSpan(0, _count).ToArray();
            var built = new StringPairs(pairs);
            return pairs.Sum(static pair => (long)pair.Value.Length) <= LongestKnown ? Pool.Get(built) : built;
        }
    }
}
