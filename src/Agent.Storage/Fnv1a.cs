namespace Agent.Storage;

/// <summary>64-bit FNV-1a: the hash of what is kept on disk, the same in every process.</summary>
public static class Fnv1a
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = Basis;
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * Prime;
        }
        return hash;
    }
}
