using Agent.Components.Loki;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Loki;

public sealed class DeliveryOrderTests
{
    private int _moves;

    [Fact]
    public void The_position_moves_in_order_whatever_order_batches_settle_in()
    {
        DeliveryOrder<int> order = New();
        Receipt first = order.Begin(1);
        Receipt second = order.Begin(2);
        Receipt third = order.Begin(3);

        second.Settle();
        Assert.Equal((0, 0), (order.Delivered, _moves));
        first.Settle();
        Assert.Equal((2, 1), (order.Delivered, _moves));
        third.Settle();

        Assert.Equal((3, 2, true), (order.Delivered, _moves, order.IsSettled));
    }

    [Fact]
    public void What_holds_nothing_counts_once_what_was_before_it_is_settled()
    {
        DeliveryOrder<int> order = New();
        order.Advance(1);
        Receipt batch = order.Begin(2);
        order.Advance(3);

        Assert.Equal(1, order.Delivered);
        batch.Settle();
        Assert.Equal(3, order.Delivered);
    }

    [Fact]
    public async Task Waiting_ends_when_all_is_settled_or_the_time_is_over()
    {
        var time = new FakeTimeProvider();
        DeliveryOrder<int> order = New();
        Receipt batch = order.Begin(1);

        Task given = order.SettledAsync(TimeSpan.FromSeconds(2), time);
        time.Advance(TimeSpan.FromSeconds(2));
        await given.WaitAsync(TimeSpan.FromSeconds(30));
        Task waiting = order.SettledAsync(TimeSpan.FromSeconds(2), time);
        Assert.False(waiting.IsCompleted);
        batch.Settle();

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(order.SettledAsync(TimeSpan.Zero, time).IsCompleted);
    }

    [Fact]
    public void Receipts_are_used_again()
    {
        DeliveryOrder<int> order = New();
        Receipt first = order.Begin(1);
        first.Settle();

        Assert.Same(first, order.Begin(2));
    }

    private DeliveryOrder<int> New() => new(0) { Moved = () => _moves++ };
}
