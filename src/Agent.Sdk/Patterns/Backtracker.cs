namespace Agent.Sdk.Patterns;

internal enum MatchResult
{
    No,
    Yes,

    /// <summary>It took too many steps: ask the matcher whose time is linear.</summary>
    GaveUp,
}

/// <summary>Runs a fused program by depth-first search: quick on the patterns people write, and bounded by a budget on the others.</summary>
/// <remarks>
/// Not for loops whose body can be empty: RE2 leaves such a loop where the same step is reached twice at one position, which this
/// search does not notice. Frames on the stack are three integers: (~slot, old value, -) puts a group back; (step, position, -1)
/// goes on there; (step of a run, limit, position) gives one code point back, or takes one more when lazy.
/// </remarks>
internal ref struct Backtracker(RegexProgram program, MatchState state, ReadOnlySpan<byte> text)
{
    private const int Frame = 3;
    private const int BudgetPerByte = 32;
    private const int FreeBudget = 8192;

    // Scanning this many bytes costs about as much as one step.
    private const int BytesPerStep = 16;

    private readonly ReadOnlySpan<byte> _text = text;
    private int[] _stack = state.Stack;
    private int _depth;
    private long _budget = FreeBudget + ((long)BudgetPerByte * text.Length);

    public MatchResult Search(Candidates candidates, int from)
    {
        for (int start = candidates.Next(_text, from); start >= 0; start = NextStart(candidates, start))
        {
            Array.Fill(state.Slots, -1);
            MatchResult result = Run(start);
            if (result != MatchResult.No)
            {
                state.Slots[0] = start;
                state.Stack = _stack;
                return result;
            }
            _budget--;
        }
        state.Stack = _stack;
        return MatchResult.No;
    }

    private readonly int NextStart(Candidates candidates, int start) =>
        start >= _text.Length ? -1 : candidates.Next(_text, start + Utf8Text.Width(_text, start));

    private MatchResult Run(int at)
    {
        ReadOnlySpan<RegexInstruction> code = program.Code;
        int step = program.Entry;
        _depth = 0;
        while (true)
        {
            ref readonly RegexInstruction now = ref code[step];
            bool taken;
            switch (now.Op)
            {
                case RegexOp.Match:
                    state.Slots[1] = at;
                    return MatchResult.Yes;
                case RegexOp.Bytes:
                    taken = _text[at..].StartsWith(now.Bytes);
                    at += taken ? now.Bytes!.Length : 0;
                    break;
                case RegexOp.Set:
                    taken = now.Set!.TryTake(_text, ref at);
                    break;
                case RegexOp.RunAtomic:
                case RegexOp.RunGreedy:
                case RegexOp.RunLazy:
                    taken = TryRun(in now, step, ref at);
                    break;
                case RegexOp.Split:
                    taken = TrySplit(in now, at, out step);
                    if (taken)
                    {
                        continue;
                    }
                    break;
                case RegexOp.Save:
                    Push(~now.Slot, state.Slots[now.Slot], 0);
                    state.Slots[now.Slot] = at;
                    taken = true;
                    break;
                default:
                    taken = Assertions.Holds(now.Op, _text, at);
                    break;
            }
            if (taken)
            {
                step = now.Next;
            }
            else if (!TryResume(code, out step, out at))
            {
                return _budget < 0 ? MatchResult.GaveUp : MatchResult.No;
            }
        }
    }

    private bool TrySplit(in RegexInstruction split, int at, out int step)
    {
        bool first = CanBegin(in split.NextFirst, at);
        bool second = CanBegin(in split.OtherFirst, at);
        if (first && second)
        {
            Push(split.Other, at, -1);
        }
        step = first ? split.Next : split.Other;
        return first || second;
    }

    private readonly bool CanBegin(in FirstBytes first, int at) => at < _text.Length ? first.Contains(_text[at]) : first.End;

    private bool TryRun(in RegexInstruction run, int step, ref int at)
    {
        int start = at;
        int left = run.Min;
        if (left == 1 && run.Op != RegexOp.RunLazy && run.Max < 0)
        {
            int end = run.Set!.RunEnd(_text, at);
            if (end == start)
            {
                return false;
            }
            at = end;
            left = 0;
            start += run.Op == RegexOp.RunGreedy ? Utf8Text.Width(_text, start) : 0;
        }
        else
        {
            for (; left > 0; left--)
            {
                if (!run.Set!.TryTake(_text, ref at))
                {
                    return false;
                }
            }
            start = at;
            if (run.Op == RegexOp.RunLazy)
            {
                // The limit of a lazy run is how many more it may take.
                Push(step, run.Max < 0 ? int.MaxValue : run.Max - run.Min, at);
                return true;
            }
            at = TakeMost(in run, at);
        }
        _budget -= (at - start) / BytesPerStep;
        if (run.Op == RegexOp.RunGreedy && at > start)
        {
            Push(step, start, at);
        }
        return true;
    }

    private readonly int TakeMost(in RegexInstruction run, int at)
    {
        if (run.Max < 0)
        {
            return run.Set!.RunEnd(_text, at);
        }
        for (int more = run.Max - run.Min; more > 0 && run.Set!.TryTake(_text, ref at); more--)
        {
        }
        return at;
    }

    private bool TryResume(ReadOnlySpan<RegexInstruction> code, out int step, out int at)
    {
        while (_depth > 0 && --_budget >= 0)
        {
            _depth -= Frame;
            step = _stack[_depth];
            at = _stack[_depth + 1];
            int position = _stack[_depth + 2];
            if (step < 0)
            {
                state.Slots[~step] = at;
            }
            else if (position < 0)
            {
                return true;
            }
            else if (code[step].Op == RegexOp.RunGreedy ? TryGiveBack(in code[step], ref step, ref at, position) : TryTakeMore(in code[step], ref step, ref at, position))
            {
                return true;
            }
        }
        step = 0;
        at = 0;
        return false;
    }

    private bool TryGiveBack(in RegexInstruction run, ref int step, ref int at, int position)
    {
        int limit = at;
        int shorter;
        if (run.Follow >= 0)
        {
            int back = _text[limit..position].LastIndexOf((byte)run.Follow);
            if (back < 0)
            {
                return false;
            }
            shorter = limit + back;
            _budget -= (position - shorter) / BytesPerStep;
        }
        else
        {
            shorter = Utf8Text.Previous(_text, position);
        }
        if (shorter > limit)
        {
            Push(step, limit, shorter);
        }
        at = shorter;
        step = run.Next;
        return true;
    }

    private bool TryTakeMore(in RegexInstruction run, ref int step, ref int at, int position)
    {
        int more = at;
        at = position;
        if (more == 0 || !run.Set!.TryTake(_text, ref at))
        {
            return false;
        }
        Push(step, more == int.MaxValue ? more : more - 1, at);
        step = run.Next;
        return true;
    }

    private void Push(int step, int a, int b)
    {
        if (_depth + Frame > _stack.Length)
        {
            Array.Resize(ref _stack, _stack.Length * 2);
        }
        _stack[_depth] = step;
        _stack[_depth + 1] = a;
        _stack[_depth + 2] = b;
        _depth += Frame;
    }
}
