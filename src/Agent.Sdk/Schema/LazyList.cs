using System.Collections;

namespace Agent.Sdk.Schema;

/// <summary>A list made when it is first read: the catalog names a hundred blocks of which a configuration uses five.</summary>
public sealed class LazyList<T>(Func<T[]> make) : IReadOnlyList<T>
{
    private T[]? _items;

    public int Count => Items.Length;

    // Two threads that come first at once make equal lists; either may stay.
    private T[] Items => _items ??= make();

    public T this[int index] => Items[index];

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
