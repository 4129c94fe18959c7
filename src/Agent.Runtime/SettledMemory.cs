namespace Agent.Runtime;

/// <summary>Gives back, a while after a load, the memory that loading and the first batches left behind.</summary>
/// <remarks>
/// What a new configuration brings up (parsed files, tables that grew by doubling, the first answers of all targets) lives just long enough to
/// be taken for lasting, and an agent at rest allocates so little that it would be kept for hours.
/// </remarks>
public sealed class SettledMemory : IDisposable
{
    /// <summary>Long enough for targets that are scraped once a minute.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(75);

    private readonly AgentRuntime _runtime;
    private readonly ITimer _timer;

    /// <param name="runtime">Whose loads are followed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="collect">Gives memory back; <see cref="Collect"/>, but for tests.</param>
    public SettledMemory(AgentRuntime runtime, TimeProvider time, Action collect)
    {
        _runtime = runtime;
        _timer = time.CreateTimer(_ => collect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _runtime.Loaded += OnLoaded;
    }

    /// <summary>One full, compacting collection; free pages go back to the system.</summary>
    public static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    public void Dispose()
    {
        _runtime.Loaded -= OnLoaded;
        _timer.Dispose();
    }

    private void OnLoaded(LoadResult result)
    {
        if (result.Success)
        {
            _timer.Change(Rest, Timeout.InfiniteTimeSpan);
        }
    }
}
