namespace Agent.Sdk.Metrics;

public enum MetricType
{
    Counter,
    Gauge,
    Histogram,
    Summary,
}

/// <summary>One series (a histogram: one set of series) of a family.</summary>
public abstract class Instrument;

/// <summary>Counts up. Safe on any thread, without a lock.</summary>
public sealed class Counter : Instrument
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public void Add(long amount) => Interlocked.Add(ref _value, amount);

    public void Increment() => Interlocked.Increment(ref _value);
}

/// <summary>Goes up and down. Safe on any thread, without a lock.</summary>
public sealed class Gauge : Instrument
{
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double amount)
    {
        double seen = Volatile.Read(ref _value);
        while (true)
        {
            double found = Interlocked.CompareExchange(ref _value, seen + amount, seen);
            if (found.Equals(seen))
            {
                return;
            }
            seen = found;
        }
    }
}

/// <summary>A value that its owner computes when it is read.</summary>
public sealed class ObservedValue(Func<double> read) : Instrument
{
    public double Read() => read();
}

/// <summary>Counts observations into buckets.</summary>
/// <param name="bounds">Upper bounds, ascending, without +Inf.</param>
public sealed class Histogram(double[] bounds) : Instrument
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private readonly Gauge _sum = new();

    public ReadOnlySpan<double> Bounds => bounds;

    public double Sum => _sum.Value;

    /// <summary>The count of one bucket alone (not cumulative); the last one is +Inf.</summary>
    public long CountOf(int bucket) => Volatile.Read(ref _counts[bucket]);

    public void Observe(double value) => Observe(value, 1);

    /// <summary>The same as observing the value <paramref name="count"/> times.</summary>
    public void Observe(double value, long count)
    {
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }
        Interlocked.Add(ref _counts[bucket], count);
        _sum.Add(value * count);
    }
}

/// <summary>Adds up observations: their sum and their count, without quantiles.</summary>
public sealed class Summary : Instrument
{
    private readonly Gauge _sum = new();
    private long _count;

    public double Sum => _sum.Value;

    public long Count => Volatile.Read(ref _count);

    /// <summary>Adds <paramref name="count"/> observations that took <paramref name="total"/> seconds together.</summary>
    public void Observe(TimeSpan total, long count)
    {
        if (count > 0)
        {
            Interlocked.Add(ref _count, count);
            _sum.Add(total.TotalSeconds);
        }
    }
}
