using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions that take a part of a list. Of an empty list that is nil.</summary>
internal static class ListPartFunctions
{
    public static void AddTo(FunctionSet functions)
    {
        ListFunctions.AddBoth(functions, "first", FunctionSet.OneAny, static (run, a) => Item(run, a[0], "find first on", static _ => 0));
        ListFunctions.AddBoth(functions, "last", FunctionSet.OneAny, static (run, a) => Item(run, a[0], "find last on", static list => list.Length - 1));
        ListFunctions.AddBoth(functions, "rest", FunctionSet.OneAny, static (run, a) => Part(run, a[0], "find rest on", 1..));
        ListFunctions.AddBoth(functions, "initial", FunctionSet.OneAny, static (run, a) => Part(run, a[0], "find initial on", ..^1));
        functions.AddVariadic("slice", [GoType.Any, GoType.Any], Slice).Alias("mustSlice", "slice");
    }

    private static GoValue Item(TemplateRun run, GoValue value, string purpose, Func<GoValue[], int> index) =>
        ListFunctions.TryList(run, value, purpose, out GoValue[] list) && list.Length > 0 ? list[index(list)] : default;

    private static GoValue Part(TemplateRun run, GoValue value, string purpose, Range range) =>
        ListFunctions.TryList(run, value, purpose, out GoValue[] list) ? GoValue.OfList(list.Length > 0 ? list[range] : null) : default;

    private static GoValue Slice(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        GoValue value = arguments[0];
        if (!value.IsList)
        {
            return run.Raise($"list should be type of slice or array but {DefaultFunctions.KindOf(value)}");
        }
        GoValue[] list = value.AsList;
        if (list.Length == 0)
        {
            return default;
        }
        long start = arguments.Length > 1 ? GoCast.ToInt64(arguments[1]) : 0;
        long end = arguments.Length > 2 ? GoCast.ToInt64(arguments[2]) : list.Length;
        return start < 0 || start > end || end > list.Length
            ? run.Raise("reflect.Value.Slice: slice index out of bounds")
            : GoValue.Of(value.Type!, list[(int)start..(int)end]);
    }
}
