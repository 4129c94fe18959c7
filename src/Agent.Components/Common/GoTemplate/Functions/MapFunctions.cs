using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions for maps. <c>set</c>, <c>unset</c> and the merges change the map they are given.</summary>
internal static class MapFunctions
{
    private const int MaxDepth = 100;
    private const int CopyCost = 16;

    private static readonly GoType[] MapAndText = [GoType.AnyMap, GoType.String];
    private static readonly GoType[] Maps = [GoType.AnyMap, GoType.AnyMap];

    public static void AddTo(FunctionSet functions) => functions
        .AddVariadic("dict", FunctionSet.OneAny, Make)
        .Add("get", MapAndText, static (_, a) => a[0].AsMap.TryGet(a[1].AsText, out GoValue value) ? value : GoValue.Of(""))
        .Add("set", [GoType.AnyMap, GoType.String, GoType.Any], Set)
        .Add("unset", MapAndText, Unset)
        .Add("hasKey", MapAndText, static (_, a) => GoValue.Of(a[0].AsMap.Contains(a[1].AsText)))
        .AddVariadic("pluck", [GoType.String, GoType.AnyMap], Pluck)
        .AddVariadic("keys", [GoType.AnyMap], Keys)
        .Add("values", [GoType.AnyMap], static (_, a) => GoValue.OfList([.. a[0].AsMap.Sorted().Select(static pair => pair.Value)]))
        .AddVariadic("pick", MapAndText, static (_, a) => Filtered(a, wanted: true))
        .AddVariadic("omit", MapAndText, static (_, a) => Filtered(a, wanted: false))
        .AddVariadic("merge", Maps, static (run, a) => Merge(run, a, overwrites: false))
        .Alias("mustMerge", "merge")
        .AddVariadic("mergeOverwrite", Maps, static (run, a) => Merge(run, a, overwrites: true))
        .Alias("mustMergeOverwrite", "mergeOverwrite")
        .AddVariadic("dig", FunctionSet.OneAny, Dig);

    /// <summary>A copy that shares no list or map with the original.</summary>
    public static GoValue Copy(TemplateRun run, GoValue value, int depth)
    {
        if (!run.Spend(CopyCost) || depth > MaxDepth)
        {
            return depth > MaxDepth ? run.Raise("deepCopy error: value is nested too deeply") : default;
        }
        if (value.IsList && !value.IsNilReference)
        {
            return GoValue.Of(value.Type!, [.. value.AsList.Select(item => Copy(run, item, depth + 1))]);
        }
        if (!value.IsMap || value.IsNilReference)
        {
            return value;
        }
        var copy = new GoMap();
        foreach ((string key, GoValue item) in value.AsMap.Sorted())
        {
            copy[key] = Copy(run, item, depth + 1);
        }
        return ReferenceEquals(value.Type, GoType.StringMap) ? GoValue.OfTextMap(copy) : GoValue.Of(copy);
    }

    private static GoValue Make(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        var map = new GoMap();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            map[GoCast.ToText(run, arguments[i])] = i + 1 < arguments.Length ? OrNil(arguments[i + 1]) : GoValue.Of("");
        }
        return GoValue.Of(map);
    }

    // What is put into a map is there, even when it is nothing.
    private static GoValue OrNil(GoValue value) => value.IsValid ? value : GoValue.Nil;

    private static GoValue Set(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (arguments[0].IsNilReference)
        {
            return run.Raise("assignment to entry in nil map");
        }
        arguments[0].AsMap[arguments[1].AsText] = OrNil(arguments[2]);
        return arguments[0];
    }

    private static GoValue Unset(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        arguments[0].AsMap.Remove(arguments[1].AsText);
        return arguments[0];
    }

    private static GoValue Pluck(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        var found = new List<GoValue>();
        foreach (GoValue map in arguments[1..])
        {
            if (map.AsMap.TryGet(arguments[0].AsText, out GoValue value))
            {
                found.Add(value);
            }
        }
        return GoValue.OfList([.. found]);
    }

    // In the order of the keys: Go's own order is random.
    private static GoValue Keys(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        var keys = new List<string>();
        foreach (GoValue map in arguments)
        {
            keys.AddRange(map.AsMap.Sorted().Select(static pair => pair.Key));
        }
        return GoValue.OfTexts(keys);
    }

    private static GoValue Filtered(ReadOnlySpan<GoValue> arguments, bool wanted)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (GoValue key in arguments[1..])
        {
            named.Add(key.AsText);
        }
        var kept = new GoMap();
        foreach ((string key, GoValue value) in arguments[0].AsMap.Sorted())
        {
            if (named.Contains(key) == wanted)
            {
                kept[key] = value;
            }
        }
        return GoValue.Of(kept);
    }

    private static GoValue Merge(TemplateRun run, ReadOnlySpan<GoValue> arguments, bool overwrites)
    {
        GoValue target = arguments[0].IsNilReference ? GoValue.Of(new GoMap()) : arguments[0];
        foreach (GoValue source in arguments[1..])
        {
            Merge(run, (target.AsMap, source.AsMap), overwrites, 0);
        }
        return target;
    }

    private static void Merge(TemplateRun run, (GoMap Target, GoMap Source) maps, bool overwrites, int depth)
    {
        if (depth > MaxDepth || ReferenceEquals(maps.Target, maps.Source))
        {
            return;
        }
        foreach ((string key, GoValue value) in maps.Source.Sorted())
        {
            maps.Target.TryGet(key, out GoValue present);
            if (!run.Spend(CopyCost))
            {
                return;
            }
            if (value.IsNil || value.IsNilReference)
            {
                if (overwrites)
                {
                    maps.Target[key] = value;
                }
            }
            else if (value.IsMap && present.IsMap && !present.IsNilReference)
            {
                Merge(run, (present.AsMap, value.AsMap), overwrites, depth + 1);
            }
            else if (!present.IsTrue || (overwrites && (value.IsTrue || !value.IsList)))
            {
                maps.Target[key] = value;
            }
        }
    }

    private static GoValue Dig(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (arguments.Length < 3)
        {
            return run.Raise("dig needs at least three arguments");
        }
        GoValue value = arguments[^1];
        foreach (GoValue key in arguments[..^2])
        {
            if (!key.IsText)
            {
                return run.Raise($"interface conversion: interface {{}} is {Named(key)}, not string");
            }
            if (!ReferenceEquals(value.Type, GoType.AnyMap))
            {
                return run.Raise($"interface conversion: interface {{}} is {Named(value)}, not map[string]interface {{}}");
            }
            if (!value.AsMap.TryGet(key.AsText, out value))
            {
                return arguments[^2];
            }
        }
        return value;
    }

    private static string Named(GoValue value) => value.IsNil ? "nil" : value.Type!.Name;
}
