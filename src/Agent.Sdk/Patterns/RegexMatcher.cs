namespace Agent.Sdk.Patterns;

/// <summary>Searches with the quick matcher, and with the linear one where the quick one would go wrong or take too long.</summary>
internal sealed class RegexMatcher
{
    private readonly RegexNode _node;
    private readonly RegexProgram? _fused;
    private readonly Candidates? _fusedCandidates;
    private readonly int _groups;
    private readonly Lazy<(RegexProgram Program, Candidates Candidates)> _plain;
    private MatchState? _idle;

    /// <param name="node">The pattern.</param>
    /// <param name="groups">How many groups, the whole match among them.</param>
    public RegexMatcher(RegexNode node, int groups)
    {
        _node = node;
        _groups = groups;
        if (!HasEmptyLoop(node))
        {
            _fused = RegexCompiler.Compile(node, fused: true);
            _fusedCandidates = new Candidates(_fused);
        }
        _plain = new(CompilePlain);
        if (_fused is null)
        {
            _ = _plain.Value;
        }
    }

    /// <summary>Whether there is a match at or after <paramref name="from"/>; fills as many groups as fit.</summary>
    public bool Search(ReadOnlySpan<byte> text, int from, Span<ByteRange> groups)
    {
        MatchState state = Interlocked.Exchange(ref _idle, null) ?? new MatchState(_groups);
        bool found = Search(text, from, state);
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = found && i < _groups && state.Slots[(2 * i) + 1] >= 0
                ? new ByteRange(state.Slots[2 * i], state.Slots[(2 * i) + 1])
                : ByteRange.None;
        }
        state.Trim();
        _idle = state;
        return found;
    }

    private bool Search(ReadOnlySpan<byte> text, int from, MatchState state)
    {
        if (_fused is not null)
        {
            MatchResult result = new Backtracker(_fused, state, text).Search(_fusedCandidates!, from);
            if (result != MatchResult.GaveUp)
            {
                return result == MatchResult.Yes;
            }
        }
        (RegexProgram program, Candidates candidates) = _plain.Value;
        state.Parallel ??= new ParallelMatcher(program, _groups);
        return state.Parallel.Search(text, from, candidates, state.Slots);
    }

    private (RegexProgram Program, Candidates Candidates) CompilePlain()
    {
        RegexProgram program = RegexCompiler.Compile(_node, fused: false);
        return (program, new Candidates(program));
    }

    private static bool HasEmptyLoop(RegexNode node) =>
        (node is { Kind: RegexKind.Repeat, Max: RegexNode.Unbounded } && node.Child.Nullable) || node.Children.Any(HasEmptyLoop);
}
