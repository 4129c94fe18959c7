using Agent.Sdk.Memory;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime;

/// <summary>How memory is measured, and how it is given back.</summary>
/// <param name="Used">Memory in use, in bytes.</param>
/// <param name="Collect">Gives back what is not.</param>
/// <param name="Logger">Learns when reading pauses.</param>
public sealed record MemoryMeans(Func<long> Used, Action Collect, ILogger Logger);

/// <summary>Looks at the memory in use, and has reading pause while it is near the budget.</summary>
/// <remarks>
/// At nine tenths a collection comes first; where that does not help the gate closes, and opens below eight tenths. What an agent needs at
/// rest may be more than that: once collections give nothing more, waiting does not either, and it opens below nine tenths. While it is closed
/// nobody allocates much, so that no collection comes by itself: they are made here.
/// </remarks>
public sealed partial class MemoryWatch : IDisposable
{
    private const double ClosesAt = 0.9;
    private const double OpensBelow = 0.8;
    private const double LooksOftenAt = 0.75;
    private const double StopsScrapesAt = 0.97;
    private const double ScrapesBelow = 0.95;

    /// <summary>A collection that changes less than this part of the budget gives nothing.</summary>
    private const int SteadyPart = 64;
    private const int SteadyCollections = 5;

    /// <summary>What comes in while nobody looks is held several times, in the worst case: as read, as batched and as compressed.</summary>
    private const int LookPart = 32;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>How long there must be hardly any memory left before scrapes stop.</summary>
    private static readonly TimeSpan ScrapePatience = TimeSpan.FromSeconds(10);

    /// <summary>A gate that opens and closes all the time is not worth a line each time.</summary>
    private static readonly TimeSpan LogPause = TimeSpan.FromMinutes(1);

    /// <summary>A collection is paid for with so many times its duration without another: at most a twentieth of the time.</summary>
    private const int PausePerCollection = 20;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private readonly MemoryGate _gate;
    private readonly long _budget;
    private readonly TimeProvider _time;
    private readonly MemoryMeans _means;
    private readonly Lock _looking = new();
    private readonly Lock _state = new();
    private readonly ITimer? _timer;
    private long _used;
    private long _closed;
    private TimeSpan _paused;
    private long? _collected;
    private TimeSpan _collectionPause;
    private long _leftByCollection;
    private int _steady;
    private long? _scarce;
    private long? _logged;
    private bool _logsOpening;

    /// <param name="gate">What sources wait for.</param>
    /// <param name="budget">In bytes; null where there is none: then nothing is done.</param>
    /// <param name="time">The clock.</param>
    /// <param name="means">The process; something else in tests.</param>
    public MemoryWatch(MemoryGate gate, long? budget, TimeProvider time, MemoryMeans means)
    {
        (_gate, _budget, _time, _means) = (gate, budget ?? 0, time, means);
        if (_budget > 0)
        {
            _timer = time.CreateTimer(_ => OnTimer(), null, Interval, Timeout.InfiniteTimeSpan);
            gate.Watch(_budget / LookPart, OnBytes);
        }
    }

    /// <summary>What was seen last; without a budget what is in use now.</summary>
    public MemoryState State
    {
        get
        {
            long used = _timer is null || Volatile.Read(ref _used) == 0 ? _means.Used() : Volatile.Read(ref _used);
            lock (_state)
            {
                bool isClosed = _gate.IsClosed;
                TimeSpan now = isClosed ? _time.GetElapsedTime(_closed) : TimeSpan.Zero;
                return new MemoryState(_budget, used, isClosed, (_paused + now).TotalSeconds);
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void OnTimer()
    {
        lock (_looking)
        {
            Look();
        }
        _timer?.Change(_gate.IsClosed || Volatile.Read(ref _used) >= Part(LooksOftenAt) ? ShortInterval : Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A disk gives hundreds of megabytes in a second: more than a budget may be.</summary>
    private void OnBytes()
    {
        if (!_looking.TryEnter())
        {
            return;
        }
        try
        {
            bool wasClosed = _gate.IsClosed;
            Look();
            if (_gate.IsClosed && !wasClosed)
            {
                _timer?.Change(ShortInterval, Timeout.InfiniteTimeSpan);
            }
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Look()
    {
        long used = Measure();
        bool wasClosed = _gate.IsClosed;
        if (used >= Part(wasClosed ? OpensBelow : ClosesAt) && MayCollect())
        {
            used = Collect();
        }
        if (!wasClosed && used >= Part(ClosesAt))
        {
            Close(used);
        }
        else if (wasClosed && (used < Part(OpensBelow) || (used < Part(ClosesAt) && _steady >= SteadyCollections)))
        {
            Open(used);
        }
        FollowScarcity(used);
    }

    private long Part(double share) => (long)(_budget * share);

    private long Measure()
    {
        long used = _means.Used();
        Volatile.Write(ref _used, used);
        return used;
    }

    private bool MayCollect() => _collected is not { } last || _time.GetElapsedTime(last) >= _collectionPause;

    private long Collect()
    {
        long start = _time.GetTimestamp();
        _means.Collect();
        long used = Measure();
        _steady = _gate.IsClosed && Math.Abs(used - _leftByCollection) < _budget / SteadyPart ? _steady + 1 : 0;
        _leftByCollection = used;
        _collected = _time.GetTimestamp();
        TimeSpan pause = _time.GetElapsedTime(start) * PausePerCollection;
        _collectionPause = pause > ShortestPause ? pause : ShortestPause;
        return used;
    }

    private void Close(long used)
    {
        _steady = 0;
        lock (_state)
        {
            _closed = _time.GetTimestamp();
            _gate.Close();
        }
        _logsOpening = _logged is not { } last || _time.GetElapsedTime(last) >= LogPause;
        if (_logsOpening)
        {
            _logged = _time.GetTimestamp();
            LogClosed(_means.Logger, Mebibytes(used), Mebibytes(_budget));
        }
    }

    private void Open(long used)
    {
        TimeSpan paused;
        lock (_state)
        {
            paused = _time.GetElapsedTime(_closed);
            _paused += paused;
            _gate.Open();
        }
        if (_logsOpening)
        {
            LogOpened(_means.Logger, Mebibytes(used), Mebibytes(_budget), paused.TotalSeconds);
        }
    }

    private void FollowScarcity(long used)
    {
        if (used < Part(_gate.StopsScrapes ? ScrapesBelow : StopsScrapesAt))
        {
            _scarce = null;
            if (_gate.StopsScrapes)
            {
                _gate.StopsScrapes = false;
                LogScrapes(_means.Logger, Mebibytes(used), Mebibytes(_budget));
            }
            return;
        }
        _scarce ??= _time.GetTimestamp();
        if (!_gate.StopsScrapes && _time.GetElapsedTime(_scarce.Value) >= ScrapePatience)
        {
            _gate.StopsScrapes = true;
            LogNoScrapes(_means.Logger, Mebibytes(used), Mebibytes(_budget));
        }
    }

    private static long Mebibytes(long bytes) => bytes >> 20;

    [LoggerMessage(Level = LogLevel.Warning, Message = "reading pauses: {Used} MiB of memory are in use, of {Budget} MiB; what is not read stays where it is")]
    private static partial void LogClosed(ILogger logger, long used, long budget);

    [LoggerMessage(Level = LogLevel.Warning, Message = "reading goes on: {Used} MiB of memory are in use, of {Budget} MiB; it paused for {Seconds:0.0} s")]
    private static partial void LogOpened(ILogger logger, long used, long budget, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "targets are not scraped: {Used} MiB of memory are in use, of {Budget} MiB, though reading pauses")]
    private static partial void LogNoScrapes(ILogger logger, long used, long budget);

    [LoggerMessage(Level = LogLevel.Warning, Message = "targets are scraped again: {Used} MiB of memory are in use, of {Budget} MiB")]
    private static partial void LogScrapes(ILogger logger, long used, long budget);
}
