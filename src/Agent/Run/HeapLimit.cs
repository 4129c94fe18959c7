namespace Agent.Run;

/// <summary>What the garbage collector may take of a container's memory.</summary>
/// <remarks>
/// By itself it takes three quarters of the cgroup's limit and then throws, which is before reading pauses: the collector is to be the last
/// resort, and the pause comes first. Without a cgroup's limit it has none.
/// </remarks>
internal static class HeapLimit
{
    private const double Share = 0.95;

    /// <summary>Raises the collector's limit, where it has one.</summary>
    /// <returns>What the process may use of the budget: not more than the collector gives.</returns>
    public static long? Raise(MemoryLimit limit)
    {
        if (limit.Cgroup is not { } cgroup)
        {
            return limit.Bytes;
        }
        try
        {
            AppContext.SetData("GCHeapHardLimit", (ulong)(cgroup * Share));
            GC.RefreshMemoryLimit();
        }
        catch (InvalidOperationException)
        {
            // It keeps the limit that it has.
        }
        long heap = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return limit.Bytes is { } bytes && heap > 0 ? Math.Min(bytes, heap) : limit.Bytes;
    }
}
