using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's arithmetic: whole numbers wrap around as Go's do, those with an f in their names are decimal.</summary>
internal static class NumberFunctions
{
    private static readonly GoType[] TwoAnys = [GoType.Any, GoType.Any];

    public static void AddTo(FunctionSet functions)
    {
        functions
            .Add("atoi", FunctionSet.OneText, static (_, a) => GoValue.OfInt(GoNumberText.TryInt(a[0].AsText, 10, out long number) ? number : 0))
            .Add("int", FunctionSet.OneAny, static (_, a) => GoValue.OfInt(GoCast.ToInt64(a[0])))
            .Add("int64", FunctionSet.OneAny, static (_, a) => GoValue.OfInt64(GoCast.ToInt64(a[0])))
            .Add("float64", FunctionSet.OneAny, static (_, a) => GoValue.Of(GoCast.ToFloat64(a[0])))
            .Add("toDecimal", FunctionSet.OneAny, static (run, a) =>
                GoValue.OfInt64(GoNumberText.TryInt(GoPrinter.ToText(run, a[0]), 8, out long number) ? number : 0))
            .Add("add1", FunctionSet.OneAny, static (_, a) => GoValue.OfInt64(unchecked(GoCast.ToInt64(a[0]) + 1)))
            .AddVariadic("add", FunctionSet.OneAny, static (_, a) => Fold(0, a, static (x, y) => unchecked(x + y)))
            .Add("sub", TwoAnys, static (_, a) => GoValue.OfInt64(unchecked(GoCast.ToInt64(a[0]) - GoCast.ToInt64(a[1]))))
            .Add("div", TwoAnys, static (run, a) => Divide(run, GoCast.ToInt64(a[0]), GoCast.ToInt64(a[1]), remainder: false))
            .Add("mod", TwoAnys, static (run, a) => Divide(run, GoCast.ToInt64(a[0]), GoCast.ToInt64(a[1]), remainder: true))
            .AddVariadic("mul", TwoAnys, static (_, a) => Fold(1, a, static (x, y) => unchecked(x * y)))
            .AddVariadic("max", TwoAnys, static (_, a) => Fold(long.MinValue, a, Math.Max))
            .Alias("biggest", "max")
            .AddVariadic("min", TwoAnys, static (_, a) => Fold(long.MaxValue, a, Math.Min));
        functions
            .AddVariadic("maxf", TwoAnys, static (_, a) => FoldFloat(a, Math.Max))
            .AddVariadic("minf", TwoAnys, static (_, a) => FoldFloat(a, Math.Min))
            .Add("floor", FunctionSet.OneAny, static (_, a) => GoValue.Of(Math.Floor(GoCast.ToFloat64(a[0]))))
            .Add("ceil", FunctionSet.OneAny, static (_, a) => GoValue.Of(Math.Ceiling(GoCast.ToFloat64(a[0]))))
            .AddVariadic("round", [GoType.Any, GoType.Int, GoType.Float64], static (_, a) =>
                GoValue.Of(Round(GoCast.ToFloat64(a[0]), a[1].AsInt, a.Length > 2 ? a[2].AsFloat : 0.5)))
            .Add("add1f", FunctionSet.OneAny, static (run, a) => Decimal(run, [a[0], GoValue.OfInt(1)], GoDecimal.Add))
            .AddVariadic("addf", FunctionSet.OneAny, static (run, a) => Decimal(run, [GoValue.Of(0.0), .. a], GoDecimal.Add))
            .AddVariadic("subf", TwoAnys, static (run, a) => Decimal(run, a, GoDecimal.Subtract))
            .AddVariadic("mulf", TwoAnys, static (run, a) => Decimal(run, a, GoDecimal.Multiply))
            .AddVariadic("divf", TwoAnys, static (run, a) => Decimal(run, a, GoDecimal.Divide));
    }

    private static GoValue Fold(long start, ReadOnlySpan<GoValue> values, Func<long, long, long> combine)
    {
        foreach (GoValue value in values)
        {
            start = combine(start, GoCast.ToInt64(value));
        }
        return GoValue.OfInt64(start);
    }

    private static GoValue FoldFloat(ReadOnlySpan<GoValue> values, Func<double, double, double> combine)
    {
        double result = GoCast.ToFloat64(values[0]);
        foreach (GoValue value in values[1..])
        {
            result = combine(result, GoCast.ToFloat64(value));
        }
        return GoValue.Of(result);
    }

    private static GoValue Divide(TemplateRun run, long value, long by, bool remainder) => by switch
    {
        0 => run.Raise("runtime error: integer divide by zero"),
        -1 => GoValue.OfInt64(remainder ? 0 : unchecked(-value)),
        _ => GoValue.OfInt64(remainder ? value % by : value / by),
    };

    private static double Round(double value, long places, double roundOn)
    {
        double power = Math.Pow(10, places);
        double digits = power * value;
        double fraction = digits - Math.Truncate(digits);
        return (fraction >= roundOn ? Math.Ceiling(digits) : Math.Floor(digits)) / power;
    }

    private static GoValue Decimal(TemplateRun run, ReadOnlySpan<GoValue> values, Func<GoDecimal, GoDecimal, GoDecimal?> combine)
    {
        GoDecimal? result = null;
        foreach (GoValue value in values)
        {
            double number = GoCast.ToFloat64(value);
            if (!double.IsFinite(number))
            {
                return run.Raise($"Cannot create a Decimal from {Sdk.GoFloat.Format(number, 'g')}");
            }
            GoDecimal next = GoDecimal.Of(number);
            GoDecimal? combined = result is null ? next : combine(result.Value, next);
            if (combined is null)
            {
                return run.Raise("decimal division by 0");
            }
            result = combined;
            if (!run.Spend(result.Value.Size))
            {
                return default;
            }
        }
        return GoValue.Of(result!.Value.ToDouble());
    }
}
