using Agent.Runtime.SelfMetrics;

namespace Agent.Runtime;

/// <summary>Gives back the memory that loading a configuration left behind, and from time to time what has piled up since.</summary>
/// <remarks>
/// What a new configuration brings up (parsed files, tables that grew by doubling, the first answers of all targets) lives just long enough to
/// be taken for lasting, and an agent at rest allocates so little that it would be kept for hours. Series that come and go do the same, slowly.
/// </remarks>
public sealed class SettledMemory : IDisposable
{
    /// <summary>Long enough for targets that are scraped once a minute.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(70);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Between the first times that pages of the program are given back while components connect and ask for the first time, which takes parts
    /// of it that nothing else does: half of it would be resident after a second. What is in use comes back within a millisecond.
    /// </summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(250);

    /// <summary>Later a quarter of the time since the load passes in between.</summary>
    private const int BreathsOfAge = 4;

    /// <summary>Until it has settled, memory may grow by half of what it was right after the load, or after it was last given back.</summary>
    private const int ShareWhileSettling = 2;

    private const int ShareOnceSettled = 8;

    /// <summary>A collection is paid for with so many times its duration without another: at most a quarter of a per cent of the time.</summary>
    private const int PausePerCollection = 400;

    /// <summary>Not worth stopping for.</summary>
    private const long Little = 4 << 20;

    private readonly AgentRuntime _runtime;
    private readonly TimeProvider _time;
    private readonly Func<long> _resident;
    private readonly Action _collect;
    private readonly ITimer _timer;
    private long _settled;
    private long _next;
    private long _loaded;
    private volatile bool _isSettling;

    /// <param name="runtime">Whose loads are followed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="resident">Memory in use, in bytes; <see cref="Resident"/>, but for tests.</param>
    /// <param name="collect">Gives memory back; <see cref="Collect"/>, but for tests.</param>
    public SettledMemory(AgentRuntime runtime, TimeProvider time, Func<long> resident, Action collect)
    {
        (_runtime, _time, _resident, _collect) = (runtime, time, resident, collect);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _runtime.Loaded += OnLoaded;
    }

    /// <summary>Memory of the process that no file stands behind: pages of the program come and go as it pleases the system.</summary>
    public static long Resident() => ProcFiles.StatusBytes("RssAnon:") is var bytes and > 0 ? (long)bytes : Environment.WorkingSet;

    /// <summary>
    /// One full, compacting collection; free pages go back to the system, and those of the program that nobody uses. It stops all threads
    /// for a millisecond or so for each megabyte.
    /// </summary>
    public static void Collect()
    {
        CollectHeap();
        ProgramPages.GiveBack();
    }

    /// <summary>
    /// For a process that is short of memory: what pools keep, too, up to arrays of a quarter of the memory in use. Without pages of the program, which
    /// the system takes back by itself when it needs them.
    /// </summary>
    public static void CollectAll()
    {
        SharedPool.Empty(Resident() / 4);
        CollectHeap();
    }

    private static void CollectHeap() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    public void Dispose()
    {
        _runtime.Loaded -= OnLoaded;
        _timer.Dispose();
    }

    private void OnLoaded(LoadResult result)
    {
        if (result.Success)
        {
            // What is not needed for work either comes back with the first use.
            ProgramPages.GiveBack();
            Volatile.Write(ref _loaded, _time.GetTimestamp());
            Volatile.Write(ref _settled, _resident());
            Volatile.Write(ref _next, 0);
            _isSettling = true;
            _timer.Change(Breath, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        long now = _time.GetTimestamp();
        TimeSpan age = _time.GetElapsedTime(Volatile.Read(ref _loaded), now);
        if (age < Interval)
        {
            ProgramPages.GiveBack();
            _timer.Change(TimeSpan.FromTicks(Math.Min(Math.Max(Breath.Ticks, age.Ticks / BreathsOfAge), (Interval - age).Ticks)), Timeout.InfiniteTimeSpan);
            return;
        }
        _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        if (now < Volatile.Read(ref _next))
        {
            return;
        }
        bool hasSettled = _isSettling && age >= Rest;
        if (hasSettled || _resident() > Allowed())
        {
            _isSettling &= !hasSettled;
            _collect();
            Volatile.Write(ref _settled, _resident());
            long done = _time.GetTimestamp();
            Volatile.Write(ref _next, done + ((done - now) * PausePerCollection));
        }
    }

    /// <summary>
    /// An eighth more than it was: what a busy agent needs at a time comes and goes within that. Left alone, the runtime takes its time with
    /// what has lived for a while, and every table that grows a little leaves its former self behind.
    /// </summary>
    private long Allowed()
    {
        long settled = Volatile.Read(ref _settled);
        return settled + Math.Max(settled / (_isSettling ? ShareWhileSettling : ShareOnceSettled), Little);
    }
}
