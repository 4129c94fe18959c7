using System.Diagnostics.CodeAnalysis;

namespace Agent.Syntax.Values;

public abstract class ObjectValue : Value
{
    public static ObjectValue Empty { get; } = new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal));

    public override ValueKind Kind => ValueKind.Object;

    public abstract int Count { get; }

    /// <summary>The keys in the order in which the object was written.</summary>
    public abstract IEnumerable<string> Keys { get; }

    public override bool IsSensitive => Keys.Any(key => this[key].IsSensitive);

    public Value this[string key] =>
        TryGet(key, out Value? value) ? value : throw new KeyNotFoundException(key);

    public abstract bool TryGet(string key, [NotNullWhen(true)] out Value? value);

    public override bool Equals(Value? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }
        return other is ObjectValue map && map.Count == Count
            && Keys.All(key => map.TryGet(key, out Value? theirs) && theirs.Equals(this[key]));
    }

    public override int GetHashCode()
    {
        int hash = Count;
        foreach (string key in Keys)
        {
            // Order does not count: a sum is the same whichever way round.
            hash += HashCode.Combine(key, this[key]);
        }
        return hash;
    }
}

/// <summary>An object held as a map; the dictionary must not change any more.</summary>
public sealed class MapValue(IReadOnlyDictionary<string, Value> fields) : ObjectValue
{
    public override int Count => fields.Count;

    public override IEnumerable<string> Keys => fields.Keys;

    public override bool TryGet(string key, [NotNullWhen(true)] out Value? value) => fields.TryGetValue(key, out value);
}
