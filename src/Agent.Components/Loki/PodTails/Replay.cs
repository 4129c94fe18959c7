namespace Agent.Components.Loki.PodTails;

/// <summary>Tells lines that come again from new ones, from one point in a log on.</summary>
/// <param name="known">How often each line was read, by its hash; taken over.</param>
/// <param name="floor">What is older was read, or was never to be.</param>
/// <param name="latest">The latest time among known lines.</param>
internal sealed class Replay(Dictionary<ulong, int> known, long floor, long latest)
{
    private Dictionary<ulong, int>? _known = known.Count > 0 ? known : null;

    public bool IsKnown(KnownLine line)
    {
        if (line.Timestamp < floor)
        {
            return true;
        }
        if (_known is null)
        {
            return false;
        }
        if (_known.TryGetValue(line.Hash, out int times))
        {
            if (times > 1)
            {
                _known[line.Hash] = times - 1;
            }
            else
            {
                _known.Remove(line.Hash);
            }
            return true;
        }
        // The rest of them was rotated away.
        if (line.Timestamp > latest + PodLimits.LongestDisorder)
        {
            _known = null;
        }
        return false;
    }
}
