namespace Agent.Sdk.Metrics;

public enum MetricType
{
    Counter,
    Gauge,
    Histogram,
    Summary,
}

/// <summary>One series (a histogram: one set of series) of a family.</summary>
/// <remarks>It is the series itself, and a link in the list of its scope's: thousands of idle series cost nothing besides.</remarks>
public abstract class Instrument : MetricSeries
{
    internal MetricFamily? Family { get; set; }

    internal MetricScope? Owner { get; set; }

    internal Instrument? Before { get; set; }

    internal Instrument? After { get; set; }
}

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

    public void Add(double amount) => Add(ref _value, amount);

    internal static void Add(ref double value, double amount)
    {
        double seen = Volatile.Read(ref value);
        while (true)
        {
            double found = Interlocked.CompareExchange(ref value, seen + amount, seen);
            if (found.Equals(seen))
            {
                return;
            }
            seen = found;
        }
    }
}

/// <summary>A value that its owner computes when it is read.</summary>
public abstract class ObservedValue : Instrument
{
    public abstract double Read();
}

internal sealed class ComputedValue(Func<double> read) : ObservedValue
{
    public override double Read() => read();
}

/// <summary>Counts observations into buckets.</summary>
/// <param name="bounds">Upper bounds, ascending, without +Inf.</param>
public sealed class Histogram(double[] bounds) : Instrument
{
    // Made with the first observation: most histograms of idle components never see one.
    private long[]? _counts;
    private double _sum;

    public ReadOnlySpan<double> Bounds => bounds;

    public double Sum => Volatile.Read(ref _sum);

    /// <summary>The count of one bucket alone (not cumulative); the last one is +Inf.</summary>
    public long CountOf(int bucket) => Volatile.Read(ref _counts) is { } counts ? Volatile.Read(ref counts[bucket]) : 0;

    public void Observe(double value) => Observe(value, 1);

    /// <summary>The same as observing the value <paramref name="count"/> times.</summary>
    public void Observe(double value, long count)
    {
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }
        Interlocked.Add(ref Counts()[bucket], count);
        Gauge.Add(ref _sum, value * count);
    }

    private long[] Counts()
    {
        if (Volatile.Read(ref _counts) is { } counts)
        {
            return counts;
        }
        long[] made = new long[bounds.Length + 1];
        return Interlocked.CompareExchange(ref _counts, made, null) ?? made;
    }
}

/// <summary>Adds up observations: their sum and their count, without quantiles.</summary>
public sealed class Summary : Instrument
{
    private double _sum;
    private long _count;

    public double Sum => Volatile.Read(ref _sum);

    public long Count => Volatile.Read(ref _count);

    /// <summary>Adds <paramref name="count"/> observations that took <paramref name="total"/> seconds together.</summary>
    public void Observe(TimeSpan total, long count)
    {
        if (count > 0)
        {
            Interlocked.Add(ref _count, count);
            Gauge.Add(ref _sum, total.TotalSeconds);
        }
    }
}
