namespace Agent.Telemetry.Tests;

public sealed class ReceiptTests
{
    [Fact]
    public void It_is_settled_once_when_the_last_holder_settles()
    {
        var receipt = new Counted();
        receipt.Hold();
        receipt.Settle();
        Assert.Equal(0, receipt.Settled);

        receipt.Settle();
        Assert.Equal(1, receipt.Settled);
    }

    [Fact]
    public void Settling_too_often_is_a_bug_that_shows()
    {
        var receipt = new Counted();
        receipt.Settle();

        Assert.Throws<InvalidOperationException>(receipt.Settle);
        Assert.Throws<InvalidOperationException>(receipt.Hold);
    }

    [Fact]
    public void A_joined_receipt_settles_both_of_its_parts()
    {
        var first = new Counted();
        var second = new Counted();
        Receipt joined = Receipt.Join(first, second)!;
        joined.Hold();
        joined.Settle();
        Assert.Equal((0, 0), (first.Settled, second.Settled));

        joined.Settle();
        Assert.Equal((1, 1), (first.Settled, second.Settled));
    }

    [Fact]
    public void Joining_with_nothing_or_with_itself_is_the_receipt()
    {
        var receipt = new Counted();

        Assert.Same(receipt, Receipt.Join(receipt, null));
        Assert.Same(receipt, Receipt.Join(null, receipt));
        Assert.Same(receipt, Receipt.Join(receipt, receipt));
        Assert.Null(Receipt.Join(null, null));
    }

    [Fact]
    public void Many_threads_settle_it_once()
    {
        var receipt = new Counted();
        const int Holders = 1000;
        for (int i = 0; i < Holders; i++)
        {
            receipt.Hold();
        }
        Parallel.For(0, Holders + 1, _ => receipt.Settle());

        Assert.Equal(1, receipt.Settled);
    }

    private sealed class Counted : Receipt
    {
        private int _settled;

        public int Settled => Volatile.Read(ref _settled);

        protected override void OnSettled() => Interlocked.Increment(ref _settled);
    }
}
