using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions that choose between values, and those that ask what a value is.</summary>
internal static class DefaultFunctions
{
    private static readonly GoType[] TextAndAny = [GoType.String, GoType.Any];

    public static void AddTo(FunctionSet functions) => functions
        .AddVariadic("default", [GoType.Any, GoType.Any], static (_, a) => a.Length < 2 || GoCast.IsEmpty(a[1]) ? a[0] : a[1])
        .Add("empty", FunctionSet.OneAny, static (_, a) => GoValue.Of(GoCast.IsEmpty(a[0])))
        .AddVariadic("coalesce", FunctionSet.OneAny, static (_, a) => FirstTrue(a))
        .AddVariadic("all", FunctionSet.OneAny, static (_, a) => GoValue.Of(AreAllTrue(a)))
        .AddVariadic("any", FunctionSet.OneAny, static (_, a) => GoValue.Of(FirstTrue(a).IsTrue))
        .Add("ternary", [GoType.Any, GoType.Any, GoType.Bool], static (_, a) => a[2].AsBool ? a[0] : a[1])
        .Add("fail", FunctionSet.OneText, static (run, a) => run.Raise(a[0].AsText))
        .Add("deepEqual", [GoType.Any, GoType.Any], static (_, a) => GoValue.Of(GoEquality.DeepEqual(a[0], a[1])))
        .Add("deepCopy", FunctionSet.OneAny, static (run, a) => MapFunctions.Copy(run, a[0], 0))
        .Alias("mustDeepCopy", "deepCopy")
        .Add("typeOf", FunctionSet.OneAny, static (_, a) => GoValue.Of(TypeOf(a[0])))
        .Add("typeIs", TextAndAny, static (_, a) => GoValue.Of(a[0].AsText == TypeOf(a[1])))
        .Add("typeIsLike", TextAndAny, static (_, a) => GoValue.Of(a[0].AsText == TypeOf(a[1]) || "*" + a[0].AsText == TypeOf(a[1])))
        .Add("kindOf", FunctionSet.OneAny, static (_, a) => GoValue.Of(KindOf(a[0])))
        .Add("kindIs", TextAndAny, static (_, a) => GoValue.Of(a[0].AsText == KindOf(a[1])));

    public static string KindOf(GoValue value) => value.IsNil ? "invalid" : value.Kind switch
    {
        GoKind.Bool => "bool",
        GoKind.Int => "int",
        GoKind.Int32 => "int32",
        GoKind.Int64 => "int64",
        GoKind.Uint8 => "uint8",
        GoKind.Uint64 => "uint64",
        GoKind.Float64 => "float64",
        GoKind.Complex128 => "complex128",
        GoKind.Map => "map",
        GoKind.Ptr => "ptr",
        GoKind.Slice => "slice",
        GoKind.String => "string",
        _ => "struct",
    };

    private static string TypeOf(GoValue value) => value.IsNil ? "<nil>" : value.Type!.Name;

    private static GoValue FirstTrue(ReadOnlySpan<GoValue> values)
    {
        foreach (GoValue value in values)
        {
            if (value.IsTrue)
            {
                return value;
            }
        }
        return default;
    }

    private static bool AreAllTrue(ReadOnlySpan<GoValue> values)
    {
        foreach (GoValue value in values)
        {
            if (!value.IsTrue)
            {
                return false;
            }
        }
        return true;
    }
}
