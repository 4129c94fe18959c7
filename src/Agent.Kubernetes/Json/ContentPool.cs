using System.Diagnostics.CodeAnalysis;

namespace Agent.Kubernetes.Json;

/// <summary>Gives the same instance again for content it has met of late, as <see cref="NamePool"/> does for text.</summary>
/// <remarks>
/// The pods of one workload have the same labels, annotations, owner and ports, and a list brings them one after the other. What is kept here
/// is never changed. A fixed number of places and no lock, for the reasons that the pool of names gives.
/// </remarks>
internal sealed class ContentPool<T>(IEqualityComparer<T> comparer)
    where T : class
{
    private const int Places = 1 << 10;

    private readonly T?[] _known = new T?[Places];

    public T Get(T made)
    {
        int place = comparer.GetHashCode(made) & (Places - 1);
        // Two places for each content, as there are two for each name.
        ref T? first = ref _known[place];
        if (first is { } known && comparer.Equals(known, made))
        {
            return known;
        }
        ref T? second = ref _known[place ^ 1];
        if (second is { } other && comparer.Equals(other, made))
        {
            return other;
        }
        second = first;
        first = made;
        return made;
    }
}

/// <summary>Compares arrays by content.</summary>
internal sealed class ItemsComparer<T> : IEqualityComparer<T[]>
    where T : struct, IEquatable<T>
{
    public bool Equals(T[]? x, T[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] T[] obj)
    {
        var hash = default(HashCode);
        foreach (T item in obj)
        {
            hash.Add(item);
        }
        return hash.ToHashCode();
    }
}
