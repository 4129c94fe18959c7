using System.Globalization;
using System.Text;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>The functions of text/template itself, but for the comparisons. (<c>slice</c> is sprig's.)</summary>
internal static class BuiltInFunctions
{
    /// <summary>The name of the function that calls functions, which always fails.</summary>
    public const string Call = "call";

    public static void AddTo(FunctionSet functions) => functions
        .AddShortCircuit("and", stopsAt: false)
        .AddShortCircuit("or", stopsAt: true)
        .Add("not", [GoType.Reflected], static (_, arguments) => GoValue.Of(!arguments[0].IsTrue))
        .Add("len", [GoType.Reflected], Len)
        .AddVariadic("index", [GoType.Reflected, GoType.Reflected], Index)
        .AddVariadic(Call, [GoType.Reflected, GoType.Reflected], static (_, _) => default)
        .AddVariadic("print", FunctionSet.OneAny, GoPrinter.Print)
        .AddVariadic("println", FunctionSet.OneAny, GoPrinter.PrintLine)
        .AddVariadic("printf", [GoType.String, GoType.Any], static (run, arguments) => GoPrinter.Printf(run, arguments[0].AsText, arguments[1..]))
        .AddVariadic("html", FunctionSet.OneAny, static (run, arguments) => Html(run, Texts(run, arguments)))
        .AddVariadic("js", FunctionSet.OneAny, static (run, arguments) => Script(run, Texts(run, arguments)))
        .AddVariadic("urlquery", FunctionSet.OneAny, static (run, arguments) => UrlText.Escape(run, Texts(run, arguments), UrlText.QuerySafe, plusForSpace: true));

    /// <summary>The arguments printed side by side.</summary>
    private static string Texts(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (arguments is [{ IsText: true } text])
        {
            return text.AsText;
        }
        GoValue[] shown = arguments.ToArray();
        for (int i = 0; i < shown.Length; i++)
        {
            shown[i] = shown[i].IsNil ? GoValue.Of("<no value>") : shown[i];
        }
        return GoPrinter.Print(run, shown).AsText;
    }

    private static GoValue Len(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        GoValue value = arguments[0];
        return value.Kind switch
        {
            GoKind.String or GoKind.Slice or GoKind.Map => GoValue.OfInt(value.Length),
            GoKind.Invalid => run.Raise("reflect: call of reflect.Value.Type on zero Value"),
            GoKind.Interface => run.Raise("len of nil pointer"),
            _ => run.Raise($"len of type {value.Type}"),
        };
    }

    private static GoValue Index(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        GoValue item = arguments[0];
        if (item.IsNil)
        {
            return run.Raise("index of untyped nil");
        }
        foreach (GoValue index in arguments[1..])
        {
            if (item.IsNil)
            {
                return run.Raise("index of nil pointer");
            }
            if (item.IsMap)
            {
                if (!index.IsNil && !index.IsText)
                {
                    return run.Raise($"value has type {index.Type}; should be string");
                }
                if (index.IsNil)
                {
                    return run.Raise("value is nil; should be of type string");
                }
                item = item.AsMap.TryGet(index.AsText, out GoValue found) ? found : GoValue.ZeroOf(item.Type!.Element!);
                continue;
            }
            if (item.Kind is not (GoKind.Slice or GoKind.String))
            {
                return run.Raise($"can't index item of type {item.Type}");
            }
            if (index.IsNil)
            {
                return run.Raise("cannot index slice/array with nil");
            }
            if (index.Type is not ({ IsSigned: true } or { IsUnsigned: true }))
            {
                return run.Raise($"cannot index slice/array with type {index.Type}");
            }
            if (index.AsInt < 0 || index.AsInt >= item.Length)
            {
                return run.Raise($"index out of range: {index.AsInt}");
            }
            item = item.IsText ? GoValue.Of(GoType.Byte, item.AsText[(int)index.AsInt]) : item.AsList[index.AsInt];
        }
        return item;
    }

    private static GoValue Html(TemplateRun run, string text)
    {
        var escaped = new LimitedText(run);
        foreach (char each in text)
        {
            string? entity = each switch
            {
                '"' => "&#34;",
                '\'' => "&#39;",
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '\0' => "\u00ef\u00bf\u00bd",
                _ => null,
            };
            _ = entity is null ? escaped.Append(each) : escaped.Append(entity);
        }
        return escaped.ToValue();
    }

    private static GoValue Script(TemplateRun run, string text)
    {
        var escaped = new LimitedText(run);
        for (int at = 0; at < text.Length;)
        {
            Rune rune = GoText.RuneAt(text, at, out int width);
            bool isPlain = rune.IsAscii ? rune.Value >= ' ' : GoText.IsPrintable(rune);
            string? sequence = rune.Value switch
            {
                '\\' => "\\\\",
                '\'' => "\\'",
                '"' => "\\\"",
                '<' or '>' or '&' or '=' => $"\\u{rune.Value:X4}",
                _ when !isPlain => "\\u" + rune.Value.ToString("X4", CultureInfo.InvariantCulture),
                _ => null,
            };
            escaped.Append(sequence ?? text.AsSpan(at, width));
            at += width;
        }
        return escaped.ToValue();
    }
}
