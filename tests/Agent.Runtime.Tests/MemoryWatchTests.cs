using Agent.Runtime.SelfMetrics;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Testing;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Tests;

public sealed class MemoryWatchTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryGate _gate = new();
    private readonly LineLogger _log = new();
    private readonly MemoryWatch _watch;
    private long _used = 10;
    private long _leftByCollections = long.MaxValue;
    private TimeSpan _collectionTime;
    private int _looks;
    private int _collections;

    public MemoryWatchTests() => _watch = Watch(1000);

    public void Dispose() => _watch.Dispose();

    [Fact]
    public void Without_a_budget_nobody_looks_and_the_gate_stays_open()
    {
        var time = new FakeTimeProvider();
        using var watch = new MemoryWatch(_gate, null, time, new MemoryMeans(() => 5, () => _collections++, _log));

        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, time.ArmedTimers);
        Assert.Equal(new MemoryState(0, 5, false, 0), watch.State);
        Assert.Equal(0, _collections);
    }

    [Fact]
    public void It_closes_at_nine_tenths_and_opens_below_eight()
    {
        _used = 899;
        _time.Advance(Second);
        Assert.False(_gate.IsClosed);
        _used = 900;
        _time.Advance(Second);
        Assert.True(_gate.IsClosed);
        _used = 880;
        _time.Advance(Second);
        _used = 800;
        _time.Advance(Second);
        Assert.True(_gate.IsClosed);
        _used = 799;
        _time.Advance(Second);
        Assert.False(_gate.IsClosed);
        Assert.Equal(
            [
                (LogLevel.Warning, "reading pauses: 0 MiB of memory are in use, of 0 MiB; what is not read stays where it is"),
                (LogLevel.Warning, "reading goes on: 0 MiB of memory are in use, of 0 MiB; it paused for 3.0 s"),
            ],
            _log.Lines);
    }

    [Fact]
    public void It_does_not_close_where_a_collection_helps()
    {
        (_used, _leftByCollections) = (950, 500);
        _time.Advance(Second);
        Assert.Equal(1, _collections);
        Assert.False(_gate.IsClosed);
        Assert.Equal(500, _watch.State.UsedBytes);
    }

    [Fact]
    public void While_it_is_closed_collections_go_on_since_nobody_else_causes_any()
    {
        _used = 950;
        _time.Advance(Second);
        Assert.True(_gate.IsClosed);
        Assert.Equal(1, _collections);
        _leftByCollections = 400;
        _time.Advance(2 * Second);
        Assert.Equal(2, _collections);
        Assert.False(_gate.IsClosed);
    }

    [Fact]
    public void Collections_take_a_twentieth_of_the_time_at_most()
    {
        (_used, _collectionTime) = (950, TimeSpan.FromMilliseconds(500));
        _time.Advance(TimeSpan.FromSeconds(106));
        Assert.InRange(_collections, 9, 11);
    }

    [Fact]
    public void It_looks_once_a_second_and_more_often_above_three_quarters()
    {
        _time.Advance(10 * Second);
        Assert.Equal(10, _looks);
        _used = 750;
        _time.Advance(Second);
        _looks = 0;
        _time.Advance(10 * Second);
        Assert.Equal(50, _looks);
    }

    [Fact]
    public void It_looks_sooner_when_much_comes_in()
    {
        _time.Advance(Second);
        _used = 950;
        _gate.Count(20);
        Assert.False(_gate.IsClosed);
        _gate.Count(20);
        Assert.True(_gate.IsClosed);
        (_used, _looks) = (940, 0);
        _time.Advance(Second);
        // The sixth is the one after a collection.
        Assert.Equal(6, _looks);
    }

    [Fact]
    public void What_an_agent_needs_at_rest_does_not_keep_it_closed_below_nine_tenths()
    {
        _used = 920;
        _time.Advance(Second);
        _used = 850;
        _time.Advance(5 * Second);
        Assert.True(_gate.IsClosed);
        _time.Advance(4 * Second);
        Assert.False(_gate.IsClosed);
    }

    [Fact]
    public void It_stays_closed_while_nine_tenths_are_in_use()
    {
        _used = 900;
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(_gate.IsClosed);
        Assert.False(_gate.StopsScrapes);
    }

    [Fact]
    public void Time_paused_is_counted_over_all_pauses_and_while_one_lasts()
    {
        var metrics = new MetricRegistry();
        MemoryMetrics.Register(metrics.Scope(), () => _watch.State);
        for (int i = 0; i < 2; i++)
        {
            _used = 950;
            _time.Advance(Second);
            Assert.Equal((1000, 950, 1), (Read(metrics, "budget_bytes"), Read(metrics, "used_bytes"), Read(metrics, "pressure")));
            _time.Advance(Second);
            _used = 100;
            _time.Advance(5 * Second);
        }
        Assert.Equal(0, Read(metrics, "pressure"));
        Assert.Equal(3.2, Read(metrics, "paused_seconds_total"), 6);
        _used = 950;
        _time.Advance(2 * Second);
        Assert.Equal(5, Read(metrics, "paused_seconds_total"), 6);
        Assert.Equal(new MemoryState(1000, 950, true, Read(metrics, "paused_seconds_total")), _watch.State);
    }

    [Fact]
    public void A_gate_that_opens_and_closes_all_the_time_is_told_of_once_a_minute()
    {
        for (int i = 0; i < 20; i++)
        {
            _used = 950;
            _time.Advance(Second);
            _used = 100;
            _time.Advance(2 * Second);
        }
        Assert.Equal(2, _log.Lines.Count);
        _time.Advance(TimeSpan.FromMinutes(1));
        _used = 950;
        _time.Advance(Second);
        Assert.Equal(3, _log.Lines.Count);
    }

    [Fact]
    public void Scrapes_stop_once_there_has_been_hardly_any_memory_for_a_while()
    {
        _used = 970;
        _time.Advance(5 * Second);
        _used = 930;
        _time.Advance(Second);
        _used = 970;
        _time.Advance(10 * Second);
        Assert.False(_gate.StopsScrapes);
        _time.Advance(Second);
        Assert.True(_gate.StopsScrapes);
        Assert.Equal(LogLevel.Error, _log.Lines[^1].Level);
        _used = 955;
        _time.Advance(Second);
        Assert.True(_gate.StopsScrapes);
        _used = 949;
        _time.Advance(Second);
        Assert.False(_gate.StopsScrapes);
        Assert.True(_gate.IsClosed);
    }

    [Fact]
    public async Task Whoever_waits_goes_on_when_it_opens_or_when_it_is_told_to_stop()
    {
        Assert.True(_gate.WaitAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        var changes = new List<bool>();
        _gate.Changed += changes.Add;
        _used = 950;
        _time.Advance(Second);
        using var stop = new CancellationTokenSource();
        Task stopped = _gate.WaitAsync(stop.Token).AsTask();
        Task waits = _gate.WaitAsync(CancellationToken.None).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Assert.False(waits.IsCompleted);
        _used = 100;
        _time.Advance(Second);
        await waits.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([true, false], changes);
    }

    [Fact]
    public void An_open_gate_costs_its_users_no_allocation()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(_gate.WaitAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static double Read(MetricRegistry metrics, string name) =>
        metrics.Families().Single(family => family.Name == "invar_memory_" + name).Series.Single().Instrument is ObservedValue value
            ? value.Read()
            : double.NaN;

    private MemoryWatch Watch(long budget) => new(_gate, budget, _time, new MemoryMeans(Used, Collect, _log));

    private long Used()
    {
        _looks++;
        return _used;
    }

    private void Collect()
    {
        _collections++;
        _used = Math.Min(_used, _leftByCollections);
        if (_collectionTime > TimeSpan.Zero)
        {
            _time.Advance(_collectionTime);
        }
    }
}
