namespace Agent.Components.Loki.SecretFilter;

/// <summary>Turns what rules found into the spans to redact.</summary>
internal static class SecretSpans
{
    /// <summary>
    /// A secret that was found goes wherever it stands in the line. The search for that is left out beyond this many findings: rules search
    /// the whole line anyway, and a line made of secrets must not cost the square of its length.
    /// </summary>
    private const int MostSearched = 100;

    /// <summary>Replaces <paramref name="findings"/> by spans in order that do not overlap; of overlapping ones the longest gives the rule.</summary>
    public static void Settle(ReadOnlySpan<byte> line, List<SecretFinding> findings)
    {
        YieldToSpecific(findings);
        Repeat(line, findings);
        findings.Sort(static (left, right) => left.Start != right.Start ? left.Start.CompareTo(right.Start) : right.End.CompareTo(left.End));
        int kept = 0;
        int longest = 0;
        for (int i = 0; i < findings.Count; i++)
        {
            SecretFinding next = findings[i];
            if (kept > 0 && findings[kept - 1].Overlaps(next))
            {
                SecretFinding last = findings[kept - 1];
                SecretRule rule = next.Length > longest ? next.Rule : last.Rule;
                longest = Math.Max(longest, next.Length);
                findings[kept - 1] = new SecretFinding(rule, last.Start, Math.Max(last.End, next.End)) { IsDirect = last.IsDirect || next.IsDirect };
            }
            else
            {
                longest = next.Length;
                findings[kept++] = next;
            }
        }
        findings.RemoveRange(kept, findings.Count - kept);
    }

    /// <summary>A generic rule that found part of what a specific one found adds nothing but its name.</summary>
    private static void YieldToSpecific(List<SecretFinding> findings)
    {
        if (findings.Count is < 2 or > MostSearched)
        {
            return;
        }
        for (int i = findings.Count - 1; i >= 0; i--)
        {
            SecretFinding generic = findings[i];
            if (generic.Rule.IsGeneric && findings.Exists(other =>
                !other.Rule.IsGeneric && other.Start <= generic.Start && other.End >= generic.End))
            {
                findings.RemoveAt(i);
            }
        }
    }

    private static void Repeat(ReadOnlySpan<byte> line, List<SecretFinding> findings)
    {
        int found = Math.Min(findings.Count, MostSearched);
        for (int i = 0; i < found; i++)
        {
            SecretFinding finding = findings[i];
            ReadOnlySpan<byte> secret = line[finding.Start..finding.End];
            int from = 0;
            while (line[from..].IndexOf(secret) is >= 0 and int at)
            {
                from += at;
                if (from != finding.Start)
                {
                    findings.Add(new SecretFinding(finding.Rule, from, from + secret.Length) { IsDirect = false });
                }
                from += secret.Length;
            }
        }
    }
}
