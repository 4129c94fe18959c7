namespace Agent.Telemetry;

/// <summary>Tells a source when the data of one batch is delivered or safely on disk, so that it may move its position.</summary>
/// <remarks>
/// A receipt is born with one holder: the source, which settles it when <c>ConsumeAsync</c> has returned. Whoever keeps data
/// beyond that call (a sink's queue, a stage that joins lines) calls <see cref="Hold"/> before the call returns and
/// <see cref="Settle"/> once it has delivered the data, handed it on, or dropped it and counted the drop. When the last
/// holder has settled, <see cref="OnSettled"/> runs once, on that holder's thread.
/// </remarks>
public abstract class Receipt
{
    private int _holders = 1;

    public void Hold()
    {
        if (Interlocked.Increment(ref _holders) <= 1)
        {
            throw new InvalidOperationException("BUG: a receipt was held after it was settled");
        }
    }

    public void Settle()
    {
        int left = Interlocked.Decrement(ref _holders);
        if (left == 0)
        {
            OnSettled();
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("BUG: a receipt was settled twice by one holder");
        }
    }

    /// <summary>One receipt that stands for two: it takes over one hold on each, and settles both when it is settled itself.</summary>
    public static Receipt? Join(Receipt? first, Receipt? second)
    {
        if (first is null || second is null || ReferenceEquals(first, second))
        {
            return first ?? second;
        }
        return new JoinedReceipt(first, second);
    }

    /// <summary>Must be quick and must not throw: it runs inside a sink.</summary>
    protected abstract void OnSettled();

    /// <summary>Makes a settled receipt usable again, for sources that pool theirs.</summary>
    protected void Renew() => _holders = 1;

    private sealed class JoinedReceipt(Receipt first, Receipt second) : Receipt
    {
        protected override void OnSettled()
        {
            first.Settle();
            second.Settle();
        }
    }
}
