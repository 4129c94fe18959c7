using Agent.Components.Loki.SourceFile;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class SavePaceTests : IDisposable
{
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(50);
    private readonly FakeTimeProvider _time = new();
    private readonly SavePace _pace;
    private int _wakes;

    public SavePaceTests()
    {
        _pace = new SavePace(_time, () => _wakes++);
        _time.Advance(Gap);
    }

    public void Dispose() => _pace.Dispose();

    [Fact]
    public void Nothing_is_saved_while_nothing_asks()
    {
        _time.Advance(TimeSpan.FromSeconds(4));

        Assert.False(_pace.Begin());
        Assert.Equal(0, _wakes);
    }

    [Fact]
    public void The_first_delivery_is_saved_at_once_and_the_next_ones_together_after_the_gap()
    {
        _pace.Ask();
        Assert.Equal(1, _wakes);
        Save(TimeSpan.Zero);

        _pace.Ask();
        _pace.Ask();
        Assert.False(_pace.Begin());
        _time.Advance(Gap);

        Assert.Equal(2, _wakes);
        Assert.True(_pace.Begin());
    }

    [Theory]
    [InlineData(100, 500)]
    [InlineData(900, 1000)]
    public void A_slow_disk_is_left_alone_for_five_times_as_long_as_a_save_takes_and_not_above_a_second(int takes, int gap)
    {
        _pace.Ask();
        Save(TimeSpan.FromMilliseconds(takes));
        _pace.Ask();

        _time.Advance(TimeSpan.FromMilliseconds(gap - 1));
        Assert.Equal(1, _wakes);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, _wakes);
    }

    [Fact]
    public void What_is_delivered_during_a_save_is_saved_by_the_next()
    {
        _pace.Ask();
        Assert.True(_pace.Begin());
        _pace.Ask();
        _pace.End();
        _time.Advance(Gap);

        Assert.True(_pace.Begin());
    }

    [Fact]
    public void What_changes_without_a_delivery_is_saved_every_few_seconds()
    {
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.True(_pace.Begin());
    }

    private void Save(TimeSpan duration)
    {
        Assert.True(_pace.Begin());
        _time.Advance(duration);
        _pace.End();
    }
}
