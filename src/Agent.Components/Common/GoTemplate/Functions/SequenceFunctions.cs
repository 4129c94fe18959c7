using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's runs of numbers.</summary>
internal static class SequenceFunctions
{
    private const int BytesPerNumber = 32;

    public static void AddTo(FunctionSet functions) => functions
        .Add("until", [GoType.Int], static (run, a) => Steps(run, 0, a[0].AsInt, a[0].AsInt < 0 ? -1 : 1))
        .Add("untilStep", [GoType.Int, GoType.Int, GoType.Int], static (run, a) => Steps(run, a[0].AsInt, a[1].AsInt, a[2].AsInt))
        .AddVariadic("seq", [GoType.Int], Sequence);

    private static GoValue Steps(TemplateRun run, long start, long stop, long step)
    {
        var numbers = new List<GoValue>();
        bool down = stop < start;
        bool moves = down ? step < 0 : step > 0;
        for (Int128 at = start; moves && (down ? at > stop : at < stop); at += step)
        {
            if (!run.Spend(BytesPerNumber))
            {
                return default;
            }
            numbers.Add(GoValue.OfInt((long)at));
        }
        return GoValue.Of(GoType.Ints, [.. numbers]);
    }

    // "1 2 3", both ends included.
    private static GoValue Sequence(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (arguments.Length is 0 or > 3)
        {
            return GoValue.Of("");
        }
        long start = arguments.Length == 1 ? 1 : arguments[0].AsInt;
        long end = arguments[^1].AsInt;
        long direction = end < start ? -1 : 1;
        long step = arguments.Length == 3 ? arguments[1].AsInt : direction;
        if (arguments.Length == 3 && direction < 0 && step > 0)
        {
            return GoValue.Of("");
        }
        GoValue numbers = Steps(run, start, unchecked(end + direction), step);
        return run.Failed ? default : GoValue.Of(string.Join(' ', numbers.AsList.Select(static number => number.AsInt)));
    }
}
