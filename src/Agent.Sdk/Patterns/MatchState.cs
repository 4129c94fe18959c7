namespace Agent.Sdk.Patterns;

/// <summary>Working memory of one match, kept by its pattern between matches.</summary>
internal sealed class MatchState(int groups)
{
    private const int KeptStack = 1 << 16;

    /// <summary>Start and end of each group, -1 where it took no part.</summary>
    public int[] Slots { get; } = new int[2 * groups];

    public int[] Stack { get; set; } = new int[96];

    public ParallelMatcher? Parallel { get; set; }

    /// <summary>Lets go of what one unusual line made large.</summary>
    public void Trim()
    {
        if (Stack.Length > KeptStack)
        {
            Stack = new int[96];
        }
    }
}
