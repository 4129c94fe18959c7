namespace Agent.Sdk.Patterns;

/// <summary>How large a pattern becomes once its repeats are written out.</summary>
internal static class RegexSize
{
    /// <summary>The largest product of nested repeat counts; stops counting beyond <paramref name="limit"/>.</summary>
    public static int RepeatProduct(RegexNode node, int limit)
    {
        int largest = 1;
        foreach (RegexNode child in node.Children)
        {
            largest = Math.Max(largest, RepeatProduct(child, limit));
        }
        int times = node.Kind == RegexKind.Repeat ? Math.Max(1, Math.Max(node.Min, node.Max)) : 1;
        return (int)Math.Min((long)largest * times, limit + 1L);
    }

    /// <summary>About how many instructions it takes.</summary>
    public static long Instructions(RegexNode node)
    {
        long size = node.Kind is RegexKind.Group ? 2 : 1;
        foreach (RegexNode child in node.Children)
        {
            size += Instructions(child);
        }
        return node.Kind == RegexKind.Repeat ? size * Math.Max(1, Math.Max(node.Min, node.Max)) : size;
    }
}
