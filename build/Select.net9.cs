namespace Agent;

/// <summary>Takes the place of <c>Enumerable.Select</c> in native builds on net9.0.</summary>
/// <remarks>
/// There the library's Select is a generic virtual method, which the native compiler instantiates for every pair of value types
/// that any Select anywhere uses: over 2 MB of code that is never run. From net10.0 on the library has a lean variant of its own.
/// An extension method of an enclosing namespace is found before one that a using brings in, so callers need not know.
/// </remarks>
internal static class PlainSelect
{
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
    {
        foreach (TSource item in source)
        {
            yield return selector(item);
        }
    }

    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, TResult> selector)
    {
        int index = 0;
        foreach (TSource item in source)
        {
            yield return selector(item, index++);
        }
    }
}
