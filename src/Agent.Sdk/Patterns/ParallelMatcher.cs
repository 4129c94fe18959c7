namespace Agent.Sdk.Patterns;

/// <summary>Runs all ways through a plain program side by side, one code point at a time: time grows with text × pattern and no worse.</summary>
/// <remarks>Threads are kept in order of preference, so the first that matches is the match a leftmost-first search finds.</remarks>
internal sealed class ParallelMatcher
{
    private readonly RegexProgram _program;
    private readonly int _slots;
    private readonly int[] _working;
    private readonly Stack<(int Step, int Slot, int Old)> _pending = new();
    private ThreadList _now;
    private ThreadList _next;

    public ParallelMatcher(RegexProgram program, int groups)
    {
        _program = program;
        _slots = 2 * groups;
        _working = new int[_slots];
        _now = new ThreadList(program.Code.Length, _slots);
        _next = new ThreadList(program.Code.Length, _slots);
    }

    /// <summary>Finds the first match at or after <paramref name="from"/>; <paramref name="result"/> takes its groups.</summary>
    public bool Search(ReadOnlySpan<byte> text, int from, Candidates candidates, Span<int> result)
    {
        bool matched = false;
        _now.Clear();
        for (int at = from; ;)
        {
            if (_now.Count == 0)
            {
                int start = matched ? -1 : candidates.Next(text, at);
                if (start < 0)
                {
                    return matched;
                }
                at = start;
            }
            if (!matched && (!_program.Anchored || at == 0))
            {
                Array.Fill(_working, -1);
                _working[0] = at;
                Follow(_now, _program.Entry, text, at);
            }
            int width = 1;
            int rune = at < text.Length ? Utf8Text.Decode(text, at, out width) : -1;
            matched |= Advance(rune, at + width, text, result, at);
            (_now, _next) = (_next, _now);
            _next.Clear();
            if (at >= text.Length)
            {
                return matched;
            }
            at += width;
        }
    }

    private bool Advance(int rune, int after, ReadOnlySpan<byte> text, Span<int> result, int at)
    {
        for (int i = 0; i < _now.Count; i++)
        {
            ref readonly RegexInstruction step = ref _program.Code[_now.Step(i)];
            if (step.Op == RegexOp.Match)
            {
                _now.SlotsOf(i).CopyTo(result);
                result[1] = at;
                return true;
            }
            if (step.Op == RegexOp.Set && rune >= 0 && step.Set!.Contains(rune))
            {
                _now.SlotsOf(i).CopyTo(_working);
                Follow(_next, step.Next, text, after);
            }
        }
        return false;
    }

    // Adds every step that takes a character, or matches, and that is reached from here without taking one.
    private void Follow(ThreadList list, int entry, ReadOnlySpan<byte> text, int at)
    {
        _pending.Push((entry, -1, 0));
        while (_pending.TryPop(out (int Step, int Slot, int Old) work))
        {
            if (work.Slot >= 0)
            {
                _working[work.Slot] = work.Old;
                continue;
            }
            for (int step = work.Step; step >= 0 && list.TryAdd(step);)
            {
                step = FollowOne(list, step, text, at);
            }
        }
    }

    private int FollowOne(ThreadList list, int step, ReadOnlySpan<byte> text, int at)
    {
        ref readonly RegexInstruction now = ref _program.Code[step];
        switch (now.Op)
        {
            case RegexOp.Split:
                _pending.Push((now.Other, -1, 0));
                return now.Next;
            case RegexOp.Save:
                _pending.Push((0, now.Slot, _working[now.Slot]));
                _working[now.Slot] = at;
                return now.Next;
            case RegexOp.Set:
            case RegexOp.Match:
                _working.CopyTo(list.SlotsOf(list.Count - 1));
                return -1;
            default:
                return Assertions.Holds(now.Op, text, at) ? now.Next : -1;
        }
    }

    /// <summary>A set of steps in order of insertion, each with its groups. Clearing costs nothing.</summary>
    private sealed class ThreadList(int steps, int slots)
    {
        private readonly int[] _dense = new int[steps];
        private readonly int[] _sparse = new int[steps];
        private readonly int[] _groups = new int[steps * slots];

        public int Count { get; private set; }

        public void Clear() => Count = 0;

        public int Step(int index) => _dense[index];

        public Span<int> SlotsOf(int index) => _groups.AsSpan(index * slots, slots);

        public bool TryAdd(int step)
        {
            int index = _sparse[step];
            if (index < Count && _dense[index] == step)
            {
                return false;
            }
            _sparse[step] = Count;
            _dense[Count++] = step;
            return true;
        }
    }
}
