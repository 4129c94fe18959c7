namespace Agent.Sdk.Decoding;

/// <summary>Finds what somebody may have meant.</summary>
public static class NearestName
{
    /// <summary>The candidate that is fewest edits away, or null where none is near: half its length, at most three.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name, candidate);
            if (distance < bestDistance && distance <= Math.Clamp(candidate.Length / 2, 1, 3))
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        return best;
    }

    private static int Distance(string left, string right)
    {
        int[] row = new int[right.Length + 1];
        for (int j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.Length; j++)
            {
                int replace = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
