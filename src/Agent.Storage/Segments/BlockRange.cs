namespace Agent.Storage.Segments;

/// <summary>Blocks with numbers from <paramref name="From"/> up to, but without, <paramref name="To"/>.</summary>
public readonly record struct BlockRange(long From, long To)
{
    public bool IsEmpty => To <= From;

    public long Count => IsEmpty ? 0 : To - From;
}
