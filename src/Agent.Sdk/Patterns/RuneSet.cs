using System.Runtime.InteropServices;

namespace Agent.Sdk.Patterns;

/// <summary>A set of code points: collected range by range, then normalised once to sorted, disjoint ranges.</summary>
internal sealed class RuneSet
{
    public const int MaxRune = 0x10FFFF;

    private readonly List<(int Low, int High)> _ranges = [];
    private bool _normal = true;

    /// <summary>Sorted, disjoint, not adjacent.</summary>
    public ReadOnlySpan<(int Low, int High)> Ranges
    {
        get
        {
            Normalise();
            return CollectionsMarshal.AsSpan(_ranges);
        }
    }

    public static RuneSet Of(params ReadOnlySpan<(int Low, int High)> ranges)
    {
        var set = new RuneSet();
        foreach ((int low, int high) in ranges)
        {
            set.Add(low, high);
        }
        return set;
    }

    public void Add(int low, int high)
    {
        _ranges.Add((low, high));
        _normal = false;
    }

    public void AddAll(RuneSet other)
    {
        foreach ((int low, int high) in other.Ranges)
        {
            Add(low, high);
        }
    }

    public RuneSet Negated()
    {
        var set = new RuneSet();
        int next = 0;
        foreach ((int low, int high) in Ranges)
        {
            if (low > next)
            {
                set.Add(next, low - 1);
            }
            next = high + 1;
        }
        if (next <= MaxRune)
        {
            set.Add(next, MaxRune);
        }
        return set;
    }

    /// <summary>The set with every code point that equals one of it when case is ignored.</summary>
    public RuneSet Folded()
    {
        var set = new RuneSet();
        foreach ((int low, int high) in Ranges)
        {
            CaseOrbits.AddFolded(set, low, high);
        }
        return set;
    }

    public bool Contains(int rune)
    {
        ReadOnlySpan<(int Low, int High)> ranges = Ranges;
        int from = 0;
        int to = ranges.Length - 1;
        while (from <= to)
        {
            int middle = (from + to) >>> 1;
            if (rune < ranges[middle].Low)
            {
                to = middle - 1;
            }
            else if (rune > ranges[middle].High)
            {
                from = middle + 1;
            }
            else
            {
                return true;
            }
        }
        return false;
    }

    private void Normalise()
    {
        if (_normal)
        {
            return;
        }
        _ranges.Sort();
        int kept = 0;
        for (int i = 1; i < _ranges.Count; i++)
        {
            (int low, int high) = _ranges[i];
            if (low <= _ranges[kept].High + 1)
            {
                _ranges[kept] = (_ranges[kept].Low, Math.Max(high, _ranges[kept].High));
            }
            else
            {
                _ranges[++kept] = (low, high);
            }
        }
        _ranges.RemoveRange(kept + 1, _ranges.Count - kept - 1);
        _normal = true;
    }
}
