using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions that make lists and choose from them. None changes the list it is given.</summary>
internal static class ListFunctions
{
    private const string NilDereference = "runtime error: invalid memory address or nil pointer dereference";

    private static readonly GoType[] TwoAnys = [GoType.Any, GoType.Any];

    public static void AddTo(FunctionSet functions)
    {
        functions
            .AddVariadic("list", FunctionSet.OneAny, static (_, a) => GoValue.OfList(a.ToArray()))
            .Alias("tuple", "list")
            .AddVariadic("concat", FunctionSet.OneAny, Concat);
        AddBoth(functions, "append", TwoAnys, static (run, a) => TryList(run, a[0], "push on", out GoValue[] list) ? GoValue.OfList([.. list, a[1]]) : default);
        functions.Alias("push", "append").Alias("mustPush", "mustAppend");
        AddBoth(functions, "prepend", TwoAnys, static (run, a) => TryList(run, a[0], "prepend on", out GoValue[] list) ? GoValue.OfList([a[1], .. list]) : default);
        AddBoth(functions, "reverse", FunctionSet.OneAny, Reverse);
        AddBoth(functions, "compact", FunctionSet.OneAny, static (run, a) =>
            TryList(run, a[0], "compact on", out GoValue[] list) ? GoValue.OfList([.. list.Where(static item => item.IsTrue)]) : default);
        AddBoth(functions, "uniq", FunctionSet.OneAny, static (run, a) =>
            TryList(run, a[0], "find uniq on", out GoValue[] list) ? Without(run, list, [], once: true) : default);
        AddBoth(functions, "has", TwoAnys, Has);
        AddBoth(functions, "chunk", [GoType.Int, GoType.Any], Chunk);
        functions.AddVariadic("without", TwoAnys, static (run, a) =>
            TryList(run, a[0], "find without on", out GoValue[] list) ? Without(run, list, a[1..].ToArray(), once: false) : default);
        functions.Alias("mustWithout", "without");
    }

    /// <summary>Adds a function of lists under its name and sprig's name with "must": both end in an error here.</summary>
    public static void AddBoth(FunctionSet functions, string name, GoType[] parameters, FunctionBody body) =>
        functions.Add(name, parameters, body).Alias("must" + char.ToUpperInvariant(name[0]) + name[1..], name);

    public static bool TryList(TemplateRun run, GoValue value, string purpose, out GoValue[] list)
    {
        list = value.IsList ? value.AsList : [];
        if (value.IsNil)
        {
            run.Raise(NilDereference);
        }
        else if (!value.IsList)
        {
            run.Raise($"Cannot {purpose} type {DefaultFunctions.KindOf(value)}");
        }
        return value.IsList;
    }

    private static GoValue Reverse(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (!TryList(run, arguments[0], "find reverse on", out GoValue[] list))
        {
            return default;
        }
        GoValue[] reversed = [.. list];
        Array.Reverse(reversed);
        return GoValue.OfList(reversed);
    }

    private static GoValue Has(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (arguments[1].IsNil)
        {
            return GoValue.Of(false);
        }
        return TryList(run, arguments[1], "find has on", out GoValue[] list) ? GoValue.Of(Contains(run, list, arguments[0])) : default;
    }

    private static bool Contains(TemplateRun run, IReadOnlyList<GoValue> list, GoValue wanted)
    {
        for (int i = 0; i < list.Count && run.Spend(1 + Math.Min(wanted.Length, list[i].Length)); i++)
        {
            if (GoEquality.DeepEqual(wanted, list[i]))
            {
                return true;
            }
        }
        return false;
    }

    private static GoValue Without(TemplateRun run, GoValue[] list, GoValue[] omitted, bool once)
    {
        var kept = new List<GoValue>();
        foreach (GoValue item in list)
        {
            if (!Contains(run, once ? kept : omitted, item))
            {
                kept.Add(item);
            }
        }
        return GoValue.OfList([.. kept]);
    }

    private static GoValue Chunk(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (!TryList(run, arguments[1], "chunk", out GoValue[] list))
        {
            return default;
        }
        long size = arguments[0].AsInt;
        if (size <= 0)
        {
            return run.Raise("runtime error: makeslice: len out of range");
        }
        int step = (int)Math.Min(size, int.MaxValue);
        return GoValue.Of(GoType.AnyLists, [.. list.Chunk(step).Select(static part => GoValue.OfList(part))]);
    }

    private static GoValue Concat(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        var all = new List<GoValue>();
        foreach (GoValue list in arguments)
        {
            if (!list.IsList)
            {
                return run.Raise(list.IsNil ? NilDereference : $"Cannot concat type {DefaultFunctions.KindOf(list)} as list");
            }
            all.AddRange(list.AsList);
        }
        return GoValue.OfList(all.Count > 0 ? [.. all] : null);
    }
}
