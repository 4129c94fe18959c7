using System.Collections;

namespace Agent.Syntax.Values;

public abstract class ArrayValue : Value, IReadOnlyList<Value>
{
    public static ArrayValue Empty { get; } = new ListValue([]);

    public override ValueKind Kind => ValueKind.Array;

    public abstract int Count { get; }

    public abstract Value this[int index] { get; }

    public override bool IsSensitive => this.Any(static item => item.IsSensitive);

    public IEnumerator<Value> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(Value? other) =>
        ReferenceEquals(this, other) || (other is ArrayValue array && array.Count == Count && array.SequenceEqual(this));

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (Value item in this)
        {
            hash.Add(item);
        }
        return hash.ToHashCode();
    }
}

/// <summary>An array of values held one by one.</summary>
public sealed class ListValue(IReadOnlyList<Value> items) : ArrayValue
{
    public override int Count => items.Count;

    public override Value this[int index] => items[index];
}
