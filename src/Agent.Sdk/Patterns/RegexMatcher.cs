namespace Agent.Sdk.Patterns;

/// <summary>Searches with the quick matcher, and with the linear one where the quick one would go wrong or take too long.</summary>
internal sealed class RegexMatcher
{
    private readonly string _text;
    private readonly RegexProgram? _fused;
    private readonly Candidates? _fusedCandidates;
    private readonly int _groups;
    private readonly IdleStates _idle;
    private Plain? _plain;

    /// <param name="text">The pattern.</param>
    /// <param name="node">What was read of it.</param>
    /// <param name="groups">How many groups, the whole match among them.</param>
    public RegexMatcher(string text, RegexNode node, int groups)
    {
        _text = text;
        _groups = groups;
        _idle = new IdleStates(groups);
        if (!HasEmptyLoop(node))
        {
            _fused = RegexCompiler.Compile(node, fused: true);
            _fusedCandidates = new Candidates(_fused);
        }
        else
        {
            _plain = Compile(node);
        }
    }

    /// <summary>Whether there is a match at or after <paramref name="from"/>; fills as many groups as fit.</summary>
    public bool Search(ReadOnlySpan<byte> text, int from, Span<ByteRange> groups)
    {
        MatchState state = _idle.Rent();
        bool found = Search(text, from, state);
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = found && i < _groups && state.Slots[(2 * i) + 1] >= 0
                ? new ByteRange(state.Slots[2 * i], state.Slots[(2 * i) + 1])
                : ByteRange.None;
        }
        _idle.Return(state);
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
        (RegexProgram program, Candidates candidates) = _plain ??= Compile(Parsed());
        state.Parallel ??= new ParallelMatcher(program, _groups);
        return state.Parallel.Search(text, from, candidates, state.Slots);
    }

    // Read again, since it is seldom needed and what was read is larger than the program.
    private RegexNode Parsed() => RegexParser.TryParse(_text, out RegexNode? node, out _, out string? error)
        ? node
        : throw new System.Diagnostics.UnreachableException($"BUG: a pattern that was one is none: {error}");

    private static Plain Compile(RegexNode node)
    {
        RegexProgram program = RegexCompiler.Compile(node, fused: false);
        return new Plain(program, new Candidates(program));
    }

    private static bool HasEmptyLoop(RegexNode node) =>
        (node is { Kind: RegexKind.Repeat, Max: RegexNode.Unbounded } && node.Child.Nullable) || node.Children.Any(HasEmptyLoop);

    private sealed record Plain(RegexProgram Program, Candidates Candidates);
}
