namespace Agent.Sdk.Patterns;

/// <summary>Turns a syntax tree into instructions, back to front, so that each step knows what can follow it.</summary>
/// <remarks>
/// <paramref name="fused"/> programs are for <see cref="Backtracker"/>: literals and runs of one set are single steps. Plain programs
/// are for <see cref="ParallelMatcher"/>, which advances all its threads by one code point at a time.
/// </remarks>
internal sealed class RegexCompiler(bool fused)
{
    private readonly List<RegexInstruction> _code = [];
    private readonly Dictionary<RegexNode, RuneMatcher> _matchers = [];

    public static RegexProgram Compile(RegexNode node, bool fused)
    {
        var compiler = new RegexCompiler(fused);
        int match = compiler.Add(new RegexInstruction { Op = RegexOp.Match });
        (int entry, FirstBytes first) = compiler.Emit(node, match, FirstBytes.All);
        RegexInstruction[] code = [.. compiler._code];
        int at = entry;
        while (code[at].Op == RegexOp.Save)
        {
            at = code[at].Next;
        }
        return new RegexProgram(code, entry, first)
        {
            Anchored = code[at].Op == RegexOp.TextStart,
            Prefix = code[at].Op == RegexOp.Bytes ? code[at].Bytes! : [],
        };
    }

    private int Add(RegexInstruction instruction)
    {
        _code.Add(instruction);
        return _code.Count - 1;
    }

    private (int At, FirstBytes First) Emit(RegexNode node, int next, FirstBytes follow)
    {
        switch (node.Kind)
        {
            case RegexKind.Empty:
                return (next, follow);
            case RegexKind.Rune:
                return EmitLiteral([node], next);
            case RegexKind.Set:
                return (Add(new RegexInstruction { Op = RegexOp.Set, Next = next, Set = Matcher(node) }), FirstBytes.Of(node.Set!));
            case RegexKind.Group:
                int close = Add(new RegexInstruction { Op = RegexOp.Save, Next = next, Slot = (2 * node.Group) + 1 });
                (int body, FirstBytes first) = Emit(node.Child, close, follow);
                return (Add(new RegexInstruction { Op = RegexOp.Save, Next = body, Slot = 2 * node.Group }), first);
            case RegexKind.Concat:
                return EmitConcat(node, next, follow);
            case RegexKind.Alternate:
                return EmitAlternate(node, next, follow);
            case RegexKind.Repeat:
                return EmitRepeat(node, next, follow);
            default:
                return (Add(new RegexInstruction { Op = Assertion(node.Kind), Next = next }), FirstSets.After(node.Kind, follow));
        }
    }

    private (int At, FirstBytes First) EmitConcat(RegexNode node, int next, FirstBytes follow)
    {
        (int at, FirstBytes first) = (next, follow);
        for (int i = node.Children.Count - 1; i >= 0; i--)
        {
            int start = i;
            while (fused && start > 0 && IsPlainRune(node.Children[start]) && IsPlainRune(node.Children[start - 1]))
            {
                start--;
            }
            if (start < i)
            {
                (at, first) = EmitLiteral([.. node.Children.Skip(start).Take(i - start + 1)], at);
                i = start;
            }
            else
            {
                (at, first) = Emit(node.Children[i], at, first);
            }
        }
        return (at, first);
    }

    private (int At, FirstBytes First) EmitLiteral(IReadOnlyList<RegexNode> runes, int next)
    {
        if (!fused || !IsPlainRune(runes[0]))
        {
            RuneSet set = RuneSet.Of((runes[0].Rune, runes[0].Rune));
            return (Add(new RegexInstruction { Op = RegexOp.Set, Next = next, Set = new RuneMatcher(set) }), FirstBytes.Of(set));
        }
        byte[] bytes = [.. runes.SelectMany(static rune => Utf8Text.Encode(rune.Rune))];
        return (Add(new RegexInstruction { Op = RegexOp.Bytes, Next = next, Bytes = bytes }), FirstBytes.None.With(bytes[0]));
    }

    private (int At, FirstBytes First) EmitAlternate(RegexNode node, int next, FirstBytes follow)
    {
        (int at, FirstBytes first) = Emit(node.Children[^1], next, follow);
        for (int i = node.Children.Count - 2; i >= 0; i--)
        {
            (int branch, FirstBytes branchFirst) = Emit(node.Children[i], next, follow);
            at = Add(Split(branch, branchFirst, at, first));
            first = first.Or(branchFirst);
        }
        return (at, first);
    }

    private (int At, FirstBytes First) EmitRepeat(RegexNode node, int next, FirstBytes follow)
    {
        if (node.Max == 0)
        {
            return (next, follow);
        }
        if (fused && (node.Child.Kind == RegexKind.Set || IsPlainRune(node.Child)) && node is not { Min: 0, Max: 1 })
        {
            return EmitRun(node, next, follow);
        }
        (int at, FirstBytes first) = (next, follow);
        int copies = node.Min;
        if (node.Max == RegexNode.Unbounded)
        {
            (at, first) = EmitLoop(node, next, follow);
            copies = Math.Max(0, copies - 1);
        }
        for (int i = node.Max - node.Min; i > 0; i--)
        {
            (int body, FirstBytes bodyFirst) = Emit(node.Child, at, first);
            (at, first) = EmitOptional(node, (body, bodyFirst), (next, follow));
        }
        for (int i = 0; i < copies; i++)
        {
            (at, first) = Emit(node.Child, at, first);
        }
        return (at, first);
    }

    // Min 0 or 1, without upper bound.
    private (int At, FirstBytes First) EmitLoop(RegexNode node, int next, FirstBytes follow)
    {
        int split = Add(default);
        FirstBytes loop = FirstSets.Of(node.Child, FirstBytes.All).Or(follow);
        (int body, FirstBytes first) = Emit(node.Child, split, loop);
        _code[split] = node.Lazy ? Split(next, follow, body, first) : Split(body, first, next, follow);
        if (node.Min > 0)
        {
            return (body, first);
        }
        // A body that can be empty must be tried once before the loop is left: x* is then (x+)?.
        return node.Child.Nullable ? EmitOptional(node, (body, first), (next, follow)) : (split, first.Or(follow));
    }

    private (int At, FirstBytes First) EmitOptional(RegexNode node, (int At, FirstBytes First) body, (int At, FirstBytes First) next)
    {
        RegexInstruction split = node.Lazy
            ? Split(next.At, next.First, body.At, body.First)
            : Split(body.At, body.First, next.At, next.First);
        return (Add(split), body.First.Or(next.First));
    }

    private (int At, FirstBytes First) EmitRun(RegexNode node, int next, FirstBytes follow)
    {
        RuneSet set = node.Child.Set ?? RuneSet.Of((node.Child.Rune, node.Child.Rune));
        FirstBytes first = FirstBytes.Of(set);
        bool atomic = !first.Overlaps(follow) || (!node.Lazy && ReachesMatch(next));
        int at = Add(new RegexInstruction
        {
            Op = atomic ? RegexOp.RunAtomic : node.Lazy ? RegexOp.RunLazy : RegexOp.RunGreedy,
            Next = next,
            Set = Matcher(node.Child),
            Min = node.Min,
            Max = node.Max,
            Follow = follow is { Count: 1, End: false } ? follow.ToArray()[0] : -1,
        });
        return (at, node.Min > 0 ? first : first.Or(follow));
    }

    private bool ReachesMatch(int at)
    {
        while (_code[at].Op == RegexOp.Save)
        {
            at = _code[at].Next;
        }
        return _code[at].Op == RegexOp.Match;
    }

    private RuneMatcher Matcher(RegexNode node)
    {
        if (!_matchers.TryGetValue(node, out RuneMatcher? matcher))
        {
            matcher = new RuneMatcher(node.Set ?? RuneSet.Of((node.Rune, node.Rune)));
            _matchers.Add(node, matcher);
        }
        return matcher;
    }

    // A literal U+FFFD also stands for an invalid byte, so it is no sequence of bytes.
    private static bool IsPlainRune(RegexNode node) =>
        node.Kind == RegexKind.Rune && node.Rune != Utf8Text.Replacement && node.Rune is (< 0xD800 or > 0xDFFF);

    private static RegexInstruction Split(int next, FirstBytes nextFirst, int other, FirstBytes otherFirst) =>
        new() { Op = RegexOp.Split, Next = next, Other = other, NextFirst = nextFirst, OtherFirst = otherFirst };

    private static RegexOp Assertion(RegexKind kind) => kind switch
    {
        RegexKind.LineStart => RegexOp.LineStart,
        RegexKind.LineEnd => RegexOp.LineEnd,
        RegexKind.TextStart => RegexOp.TextStart,
        RegexKind.TextEnd => RegexOp.TextEnd,
        RegexKind.WordBoundary => RegexOp.WordBoundary,
        _ => RegexOp.NotWordBoundary,
    };
}
