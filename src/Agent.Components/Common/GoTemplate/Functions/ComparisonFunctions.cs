using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Comparisons of text/template: of one kind with the same kind, whole numbers whatever their sign.</summary>
internal static class ComparisonFunctions
{
    private static readonly GoType[] Two = [GoType.Reflected, GoType.Reflected];

    private enum Basic
    {
        None,
        Bool,
        Complex,
        Int,
        Float,
        String,
        Uint,
    }

    public static void AddTo(FunctionSet functions) => functions
        .AddVariadic("eq", Two, static (run, arguments) => Equal(run, arguments))
        .Add("ne", Two, static (run, arguments) => Not(Equal(run, arguments)))
        .Add("lt", Two, static (run, arguments) => Less(run, arguments))
        .Add("le", Two, static (run, arguments) => LessOrEqual(run, arguments))
        .Add("gt", Two, static (run, arguments) => Not(LessOrEqual(run, arguments)))
        .Add("ge", Two, static (run, arguments) => Not(Less(run, arguments)));

    private static GoValue Not(GoValue value) => value.IsValid ? GoValue.Of(!value.AsBool) : value;

    private static GoValue Equal(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (arguments.Length < 2)
        {
            return run.Raise("missing argument for comparison");
        }
        foreach (GoValue other in arguments[1..])
        {
            if (!TryEqual(run, arguments[0], other, out bool equal))
            {
                return default;
            }
            if (equal)
            {
                return GoValue.Of(true);
            }
        }
        return GoValue.Of(false);
    }

    private static bool TryEqual(TemplateRun run, GoValue left, GoValue right, out bool equal)
    {
        equal = false;
        Basic kind = KindOf(left);
        Basic other = KindOf(right);
        if (kind != other)
        {
            if (kind is Basic.Int or Basic.Uint && other is Basic.Int or Basic.Uint)
            {
                equal = left.AsInt == right.AsInt && left.AsInt >= 0;
                return true;
            }
            return left.IsNil || right.IsNil || Incompatible(run, left, right);
        }
        if (kind == Basic.None)
        {
            equal = left.IsNil && right.IsNil;
            return left.IsNil || right.IsNil || Compared(run, left, right, out equal);
        }
        equal = kind switch
        {
            Basic.Float => left.AsFloat == right.AsFloat,
            Basic.String => left.AsText == right.AsText,
            Basic.Complex => left.AsComplex == right.AsComplex,
            _ => left.AsInt == right.AsInt,
        };
        return true;
    }

    private static bool Incompatible(TemplateRun run, GoValue left, GoValue right)
    {
        run.Raise($"incompatible types for comparison: {left.Type} and {right.Type}");
        return false;
    }

    // Times and versions compare, lists and maps do not.
    private static bool Compared(TemplateRun run, GoValue left, GoValue right, out bool equal)
    {
        equal = ReferenceEquals(left.Type, right.Type) && left.Kind switch
        {
            GoKind.Struct => left.AsTime == right.AsTime,
            GoKind.Ptr => ReferenceEquals(left.AsVersion, right.AsVersion),
            _ => false,
        };
        if (left.Kind is GoKind.Slice or GoKind.Map)
        {
            run.Raise($"non-comparable type {left.Type}");
            return false;
        }
        return true;
    }

    private static GoValue LessOrEqual(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        GoValue less = Less(run, arguments);
        return !less.IsValid || less.AsBool ? less : Equal(run, arguments);
    }

    private static GoValue Less(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        (GoValue left, GoValue right) = (arguments[0], arguments[1]);
        (Basic kind, Basic other) = (KindOf(left), KindOf(right));
        if (kind == Basic.None || other == Basic.None)
        {
            return run.Raise("invalid type for comparison");
        }
        if (kind == Basic.Int && other == Basic.Uint)
        {
            return GoValue.Of(left.AsInt < 0 || (ulong)left.AsInt < (ulong)right.AsInt);
        }
        if (kind == Basic.Uint && other == Basic.Int)
        {
            return GoValue.Of(right.AsInt >= 0 && (ulong)left.AsInt < (ulong)right.AsInt);
        }
        if (kind != other)
        {
            Incompatible(run, left, right);
            return default;
        }
        return kind switch
        {
            Basic.Float => GoValue.Of(left.AsFloat < right.AsFloat),
            Basic.Int => GoValue.Of(left.AsInt < right.AsInt),
            Basic.Uint => GoValue.Of((ulong)left.AsInt < (ulong)right.AsInt),
            Basic.String => GoValue.Of(string.CompareOrdinal(left.AsText, right.AsText) < 0),
            _ => run.Raise("invalid type for comparison"),
        };
    }

    private static Basic KindOf(GoValue value) => value.Kind switch
    {
        GoKind.Bool => Basic.Bool,
        GoKind.Complex128 => Basic.Complex,
        GoKind.Float64 => Basic.Float,
        GoKind.String => Basic.String,
        _ when value.Type is { IsSigned: true } => Basic.Int,
        _ when value.Type is { IsUnsigned: true } => Basic.Uint,
        _ => Basic.None,
    };
}
