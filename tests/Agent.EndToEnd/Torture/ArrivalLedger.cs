namespace Agent.EndToEnd.Torture;

/// <summary>Which messages came and how often, in one bit each.</summary>
/// <remarks>Not thread safe.</remarks>
internal sealed class ArrivalLedger
{
    private const int ShownBadLines = 10;
    private readonly ulong[][] _arrived = New();
    private readonly ulong[][] _refused = New();
    private readonly long[] _duplicates = new long[NumberedMessage.MostSources];
    private readonly int[] _highest = new int[NumberedMessage.MostSources];

    /// <summary>Entries that were taken, duplicates included.</summary>
    public long Entries { get; private set; }

    /// <summary>Messages that were taken or refused for good, each counted once.</summary>
    public long Known { get; private set; }

    /// <summary>Messages that were refused for good.</summary>
    public long Refused { get; private set; }

    /// <summary>Messages whose first arrival was behind one with a higher number.</summary>
    public long Reordered { get; private set; }

    /// <summary>Lines that are no whole message, or have the labels of another source.</summary>
    public long BadLines { get; private set; }

    /// <summary>The first of the bad lines.</summary>
    public List<string> Shown { get; } = [];

    public void Take(int source, int sequence)
    {
        Entries++;
        if (Set(_arrived, source, sequence))
        {
            _duplicates[source]++;
            return;
        }
        Known += Has(_refused, source, sequence) ? 0 : 1;
        Reordered += sequence < _highest[source] ? 1 : 0;
        _highest[source] = Math.Max(_highest[source], sequence);
    }

    public void Refuse(int source, int sequence)
    {
        if (!Set(_refused, source, sequence))
        {
            Refused++;
            Known += Has(_arrived, source, sequence) ? 0 : 1;
        }
    }

    public void TakeBad(Func<string> line)
    {
        BadLines++;
        if (Shown.Count < ShownBadLines)
        {
            Shown.Add(line());
        }
    }

    /// <summary>How many entries were no first arrivals, over the sources that the predicate names.</summary>
    public long Duplicates(Predicate<int> counts) => _duplicates.Where((_, source) => counts(source)).Sum();

    /// <summary>What was written but neither came nor was refused, as ranges of numbers.</summary>
    public IEnumerable<string> Gaps(int[] written)
    {
        for (int source = 0; source < written.Length; source++)
        {
            int start = -1;
            for (int sequence = 0; sequence <= written[source]; sequence++)
            {
                bool isMissing = sequence < written[source] && !Has(_arrived, source, sequence) && !Has(_refused, source, sequence);
                if (isMissing && start < 0)
                {
                    start = sequence;
                }
                else if (!isMissing && start >= 0)
                {
                    yield return $"{NumberedMessage.NameOf(source)} {start}..{sequence - 1} ({sequence - start})";
                    start = -1;
                }
            }
        }
    }

    private static ulong[][] New() => [.. Enumerable.Range(0, NumberedMessage.MostSources).Select(static _ => Array.Empty<ulong>())];

    private static bool Has(ulong[][] bits, int source, int sequence) =>
        sequence >> 6 < bits[source].Length && (bits[source][sequence >> 6] & (1UL << sequence)) != 0;

    /// <returns>Whether it was set before.</returns>
    private static bool Set(ulong[][] bits, int source, int sequence)
    {
        int word = sequence >> 6;
        if (word >= bits[source].Length)
        {
            Array.Resize(ref bits[source], Math.Max(word + 1, 2 * bits[source].Length));
        }
        bool had = (bits[source][word] & (1UL << sequence)) != 0;
        bits[source][word] |= 1UL << sequence;
        return had;
    }
}
