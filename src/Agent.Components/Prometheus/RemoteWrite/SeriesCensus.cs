using System.Numerics;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Counts series without keeping them: an estimate, exact for a few, within two hundredths for a million. Not thread safe.</summary>
/// <remarks>
/// Linear counting: each series sets the bit that its hash names. Of m bits of which z are zero, -m ln(z/m) have probably been set, some of them
/// more than once. A series is in use when it came in this round or in the one before.
/// </remarks>
internal sealed class SeriesCensus
{
    // Small enough to stay in the processor's cache: this is asked for each sample.
    private const int Bits = 1 << 17;

    private ulong[] _round = [];
    private ulong[] _before = [];
    private double _created;
    private double _removed;
    private int _inUse;

    /// <summary>Series in use.</summary>
    public long Count => Estimate(_inUse);

    /// <summary>Series that came up since the start.</summary>
    public long Created => (long)Math.Round(_created);

    /// <summary>Series that did not come for a whole round.</summary>
    public long Removed => (long)Math.Round(_removed);

    public void See(uint hash)
    {
        if (_round.Length == 0)
        {
            _round = new ulong[Bits / 64];
        }
        uint bit = hash % Bits;
        ref ulong word = ref _round[bit / 64];
        ulong mask = 1UL << (int)(bit % 64);
        if ((word & mask) == 0)
        {
            word |= mask;
            if (_before.Length == 0 || (_before[bit / 64] & mask) == 0)
            {
                _created += (double)Bits / (Bits - Math.Min(_inUse, Bits - 1));
                _inUse++;
            }
        }
    }

    /// <summary>Starts another round.</summary>
    public void Turn()
    {
        long before = Count;
        (_before, _round) = (_round, _before);
        Array.Clear(_round);
        _inUse = 0;
        foreach (ulong word in _before)
        {
            _inUse += BitOperations.PopCount(word);
        }
        _removed += before - Count;
    }

    private static long Estimate(int set) => (long)Math.Round(-(double)Bits * Math.Log(1 - (Math.Min(set, Bits - 1) / (double)Bits)));
}
