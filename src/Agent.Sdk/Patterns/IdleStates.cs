namespace Agent.Sdk.Patterns;

/// <summary>Working memory that waits for the next match: a pattern may be used by many pipelines at once.</summary>
/// <param name="groups">How many groups, the whole match among them.</param>
internal sealed class IdleStates(int groups)
{
    private const int MostOthers = 16;
    private MatchState? _first;

    // Made with the first two matches at the same time.
    private MatchState?[]? _others;

    public MatchState Rent()
    {
        if (Interlocked.Exchange(ref _first, null) is { } first)
        {
            return first;
        }
        MatchState?[] others = Volatile.Read(ref _others) ?? [];
        for (int i = 0; i < others.Length; i++)
        {
            if (others[i] is not null && Interlocked.Exchange(ref others[i], null) is { } other)
            {
                return other;
            }
        }
        return new MatchState(groups);
    }

    public void Return(MatchState state)
    {
        state.Trim();
        if (Interlocked.CompareExchange(ref _first, state, null) is null)
        {
            return;
        }
        MatchState?[] others = Volatile.Read(ref _others) ?? Interlocked.CompareExchange(ref _others, new MatchState?[MostOthers], null) ?? _others;
        for (int i = 0; i < others.Length; i++)
        {
            if (others[i] is null && Interlocked.CompareExchange(ref others[i], state, null) is null)
            {
                return;
            }
        }
    }
}
