using Agent.Components.Common.Delivery;
using Agent.Testing;

namespace Agent.Components.Tests.Common.Delivery;

public sealed class CatchUpPaceTests
{
    private const int Batch = 1 << 20;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Without_an_outage_nothing_waits()
    {
        var pace = new CatchUpPace(_time, 1);
        Assert.Equal(TimeSpan.Zero, pace.Take(long.MaxValue));
        Assert.Equal(TimeSpan.Zero, pace.Take(long.MaxValue));
    }

    [Fact]
    public void After_an_outage_the_rate_starts_low_and_grows_until_a_gigabyte_goes_within_seconds()
    {
        var pace = new CatchUpPace(_time, 0);
        pace.Begin();
        Assert.Equal(TimeSpan.Zero, pace.Take(Batch));
        Assert.Equal(1, pace.Take(Batch).TotalSeconds, 3);
        DateTimeOffset started = _time.GetUtcNow();
        for (int i = 0; i < 1024; i++)
        {
            pace.Delivered(Batch);
            _time.Advance(pace.Take(Batch));
        }
        Assert.InRange((_time.GetUtcNow() - started).TotalSeconds, 5, 15);
    }

    [Fact]
    public void A_429_halves_the_rate_and_slows_its_growth()
    {
        var pace = new CatchUpPace(_time, 0);
        pace.Begin();
        pace.RateLimited();
        pace.Take(Batch);
        Assert.Equal(2, pace.Take(Batch).TotalSeconds, 3);
    }

    [Fact]
    public void A_given_rate_is_never_exceeded_and_ends_with_the_backlog()
    {
        var pace = new CatchUpPace(_time, 2 * Batch);
        pace.Begin();
        DateTimeOffset started = _time.GetUtcNow();
        for (int i = 0; i < 101; i++)
        {
            _time.Advance(pace.Take(Batch));
            pace.Delivered(Batch);
        }
        Assert.InRange((_time.GetUtcNow() - started).TotalSeconds, 49.9, 52);
        pace.End();
        Assert.Equal(TimeSpan.Zero, pace.Take(1L << 40));
    }
}
