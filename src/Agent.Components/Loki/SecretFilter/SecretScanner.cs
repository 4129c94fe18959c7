using System.Numerics;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.SecretFilter;

/// <summary>Searches lines for secrets. Immutable, for any number of threads; a line without candidates costs one pass and no memory.</summary>
internal sealed class SecretScanner
{
    private const int WordBits = 64;
    private const int StackWords = 16;
    private const int StackGroups = 16;

    private readonly SecretRule[] _rules;
    private readonly IReadOnlyList<SecretAllowlist> _allowlists;
    private readonly KeywordIndex _keywords;
    private readonly ulong[] _always;
    private readonly bool _hasAlways;

    public SecretScanner(SecretRules rules)
    {
        _rules = [.. rules.Rules.Where(static rule => rule.CanFind)];
        _allowlists = rules.Allowlists;
        _always = new ulong[(_rules.Length / WordBits) + 1];
        var keywords = new List<(string Word, int Rule)>();
        for (int i = 0; i < _rules.Length; i++)
        {
            foreach (string keyword in _rules[i].Keywords)
            {
                keywords.Add((keyword, i));
            }
            if (_rules[i].Keywords.Count == 0)
            {
                _always[i / WordBits] |= 1UL << i;
                _hasAlways = true;
            }
        }
        _keywords = new KeywordIndex(keywords);
    }

    /// <summary>Adds what it finds to <paramref name="findings"/>, which is made at the first finding.</summary>
    /// <returns>False where the time was over before all rules had been tried; looked at between rules and between matches.</returns>
    public bool Scan(ReadOnlySpan<byte> line, ScanLimit limit, ref List<SecretFinding>? findings)
    {
        Span<ulong> marks = _always.Length <= StackWords ? stackalloc ulong[StackWords] : new ulong[_always.Length];
        marks = marks[.._always.Length];
        _always.CopyTo(marks);
        if (!_keywords.Mark(line, marks) && !_hasAlways)
        {
            return true;
        }
        for (int word = 0; word < marks.Length; word++)
        {
            for (ulong rest = marks[word]; rest != 0; rest &= rest - 1)
            {
                SecretRule rule = _rules[(word * WordBits) + BitOperations.TrailingZeroCount(rest)];
                if (limit.IsOver || !Search(rule, line, limit, ref findings))
                {
                    return false;
                }
            }
        }
        return true;
    }

    private bool Search(SecretRule rule, ReadOnlySpan<byte> line, ScanLimit limit, ref List<SecretFinding>? findings)
    {
        Pattern regex = rule.Regex!;
        int count = regex.GroupCount + 1;
        Span<ByteRange> groups = count <= StackGroups ? stackalloc ByteRange[StackGroups] : new ByteRange[count];
        groups = groups[..count];
        foreach (ReadOnlySpan<ByteRange> match in regex.EnumerateMatches(line, groups))
        {
            ByteRange secret = SecretOf(rule, match);
            if (secret.Length > 0 && IsSecret(rule, line, match[0], secret))
            {
                (findings ??= []).Add(new SecretFinding(rule, secret.Start, secret.End));
            }
            if (limit.IsOver)
            {
                return false;
            }
        }
        return true;
    }

    private static ByteRange SecretOf(SecretRule rule, ReadOnlySpan<ByteRange> match)
    {
        if (rule.SecretGroup > 0)
        {
            return match[rule.SecretGroup];
        }
        foreach (ByteRange group in match[1..])
        {
            if (group.Length > 0)
            {
                return group;
            }
        }
        return match[0];
    }

    private bool IsSecret(SecretRule rule, ReadOnlySpan<byte> line, ByteRange match, ByteRange secret)
    {
        ReadOnlySpan<byte> text = secret.Of(line);
        return (rule.Entropy == 0 || Shannon.BitsPerByte(text) > rule.Entropy)
            && !IsAllowed(_allowlists, line, match, text)
            && !IsAllowed(rule.Allowlists, line, match, text);
    }

    private static bool IsAllowed(IReadOnlyList<SecretAllowlist> lists, ReadOnlySpan<byte> line, ByteRange match, ReadOnlySpan<byte> secret)
    {
        foreach (SecretAllowlist list in lists)
        {
            if (list.Allows(line, match.Of(line), secret))
            {
                return true;
            }
        }
        return false;
    }
}
