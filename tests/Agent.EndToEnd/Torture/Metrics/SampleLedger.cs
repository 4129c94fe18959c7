namespace Agent.EndToEnd.Torture.Metrics;

/// <summary>Which samples came and how often. Each series has one sample a round. Not thread safe.</summary>
internal sealed class SampleLedger(int series)
{
    private readonly byte[][] _arrivals = [.. Enumerable.Range(0, series).Select(static _ => Array.Empty<byte>())];
    private readonly int[] _newest = [.. Enumerable.Repeat(-1, series)];

    /// <summary>Samples that came, each time counted.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples that came at least once.</summary>
    public long Known { get; private set; }

    /// <summary>First arrivals behind a later sample of their series.</summary>
    public long Reordered { get; private set; }

    public void Take(int series, int round)
    {
        Samples++;
        ref byte[] arrivals = ref _arrivals[series];
        if (round >= arrivals.Length)
        {
            Array.Resize(ref arrivals, Math.Max(round + 1, 2 * arrivals.Length));
        }
        if (arrivals[round] == 0)
        {
            Known++;
            Reordered += round < _newest[series] ? 1 : 0;
            _newest[series] = Math.Max(_newest[series], round);
        }
        arrivals[round] = (byte)Math.Min(byte.MaxValue, arrivals[round] + 1);
    }

    /// <summary>How often a sample came; 255 for more.</summary>
    public int Arrivals(int series, int round) => round < _arrivals[series].Length ? _arrivals[series][round] : 0;
}
