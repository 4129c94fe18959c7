using System.Text;

namespace Agent.Components.Loki.SecretFilter;

/// <summary>Finds, in one pass over a line, which rules have a keyword in it.</summary>
/// <remarks>
/// The automaton of Aho and Corasick: a state for each prefix of a keyword, two table look-ups a byte whatever the number of keywords.
/// Bytes that occur in no keyword share one column, which keeps the table small. ASCII letters compare without case.
/// </remarks>
internal sealed class KeywordIndex
{
    private readonly byte[] _columnOf = new byte[256];
    private readonly int _columns;
    private readonly int[] _next;
    private readonly int[]?[] _rulesOf;

    /// <param name="keywords">Each with the number of its rule.</param>
    public KeywordIndex(IReadOnlyList<(string Word, int Rule)> keywords)
    {
        byte[][] words = [.. keywords.Select(static keyword => Encoding.UTF8.GetBytes(keyword.Word.ToLowerInvariant()))];
        _columns = AssignColumns(words);
        var children = new List<int[]> { NewState() };
        var rules = new List<HashSet<int>?> { null };
        for (int i = 0; i < words.Length; i++)
        {
            int state = 0;
            foreach (byte letter in words[i])
            {
                ref int child = ref children[state][_columnOf[letter]];
                if (child < 0)
                {
                    child = children.Count;
                    children.Add(NewState());
                    rules.Add(null);
                }
                state = children[state][_columnOf[letter]];
            }
            (rules[state] ??= []).Add(keywords[i].Rule);
        }
        _next = new int[children.Count * _columns];
        Link(children, rules);
        _rulesOf = [.. rules.Select(static set => set?.ToArray())];
    }

    /// <summary>Sets the bit of every rule that has a keyword in <paramref name="line"/>; true where there is any.</summary>
    public bool Mark(ReadOnlySpan<byte> line, Span<ulong> marks)
    {
        bool any = false;
        int state = 0;
        foreach (byte letter in line)
        {
            state = _next[(state * _columns) + _columnOf[letter]];
            if (_rulesOf[state] is { } rules)
            {
                any = true;
                foreach (int rule in rules)
                {
                    marks[rule >> 6] |= 1UL << rule;
                }
            }
        }
        return any;
    }

    private int AssignColumns(byte[][] words)
    {
        byte columns = 1;
        foreach (byte[] word in words)
        {
            foreach (byte letter in word)
            {
                if (_columnOf[letter] == 0)
                {
                    _columnOf[letter] = columns++;
                }
            }
        }
        for (int letter = 'a'; letter <= 'z'; letter++)
        {
            _columnOf[letter - 'a' + 'A'] = _columnOf[letter];
        }
        return columns;
    }

    private int[] NewState()
    {
        int[] state = new int[_columns];
        Array.Fill(state, -1);
        return state;
    }

    /// <summary>Fills the table breadth first: where a state has no child, its longest proper suffix that is a state answers.</summary>
    private void Link(List<int[]> children, List<HashSet<int>?> rules)
    {
        int[] suffix = new int[children.Count];
        var queue = new Queue<int>([0]);
        while (queue.TryDequeue(out int state))
        {
            for (int column = 0; column < _columns; column++)
            {
                int child = children[state][column];
                int otherwise = state == 0 ? 0 : _next[(suffix[state] * _columns) + column];
                if (child < 0)
                {
                    _next[(state * _columns) + column] = otherwise;
                    continue;
                }
                _next[(state * _columns) + column] = child;
                suffix[child] = otherwise;
                if (rules[otherwise] is { } inherited)
                {
                    (rules[child] ??= []).UnionWith(inherited);
                }
                queue.Enqueue(child);
            }
        }
    }
}
