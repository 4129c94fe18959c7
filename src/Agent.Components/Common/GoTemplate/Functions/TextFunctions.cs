using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions that search, join and quote texts.</summary>
internal static class TextFunctions
{
    public static void AddTo(FunctionSet functions) => functions
        .Add("hello", FunctionSet.None, static (_, _) => GoValue.Of("Hello!"))
        .Add("contains", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(a[1].AsText.Contains(a[0].AsText, StringComparison.Ordinal)))
        .Add("hasPrefix", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(a[1].AsText.StartsWith(a[0].AsText, StringComparison.Ordinal)))
        .Add("hasSuffix", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(a[1].AsText.EndsWith(a[0].AsText, StringComparison.Ordinal)))
        .Add("repeat", [GoType.Int, GoType.String], Repeat)
        .Add("replace", FunctionSet.ThreeTexts, static (run, a) => Replace(run, a[2].AsText, (a[0].AsText, a[1].AsText), -1))
        .AddVariadic("quote", FunctionSet.OneAny, static (run, a) => Joined(run, a, static (run, value) => GoQuoting.Quote(GoCast.ToText(run, value))))
        .AddVariadic("squote", FunctionSet.OneAny, static (run, a) => Joined(run, a, static (run, value) => $"'{GoPrinter.ToText(run, value)}'"))
        .AddVariadic("cat", FunctionSet.OneAny, static (run, a) => Joined(run, a, GoPrinter.ToText))
        .Add("indent", [GoType.Int, GoType.String], static (run, a) => Indent(run, a, ""))
        .Add("nindent", [GoType.Int, GoType.String], static (run, a) => Indent(run, a, "\n"))
        .Add("plural", [GoType.String, GoType.String, GoType.Int], static (_, a) => a[2].AsInt == 1 ? a[0] : a[1])
        .Add("toString", FunctionSet.OneAny, static (run, a) => GoValue.Of(GoCast.ToText(run, a[0])))
        .Add("toStrings", FunctionSet.OneAny, static (run, a) => GoValue.OfTexts(GoCast.ToTexts(run, a[0])))
        .Add("join", [GoType.String, GoType.Any], static (run, a) => Join(run, a[0].AsText, GoCast.ToTexts(run, a[1])))
        .Add("sortAlpha", FunctionSet.OneAny, SortAlpha)
        .Add("split", FunctionSet.TwoTexts, static (run, a) => Numbered(run, Split(run, a[1].AsText, a[0].AsText, -1)))
        .Add("splitList", FunctionSet.TwoTexts, static (run, a) => GoValue.OfTexts(Split(run, a[1].AsText, a[0].AsText, -1)))
        .Add("splitn", [GoType.String, GoType.Int, GoType.String], static (run, a) => Numbered(run, Split(run, a[2].AsText, a[0].AsText, a[1].AsInt)));

    /// <summary>Go's strings.Replace; a count below 0 replaces all, and an empty text is found around every character.</summary>
    public static GoValue Replace(TemplateRun run, string text, (string Old, string New) change, long count)
    {
        var output = new LimitedText(run);
        int written = 0;
        int at = 0;
        for (long done = 0; done != count && output.IsOpen; done++)
        {
            int found;
            if (change.Old.Length == 0)
            {
                if (done > 0 && at >= text.Length)
                {
                    break;
                }
                if (done > 0)
                {
                    GoText.RuneAt(text, at, out int width);
                    at += width;
                }
                found = at;
            }
            else
            {
                found = text.IndexOf(change.Old, at, StringComparison.Ordinal);
                if (found < 0)
                {
                    break;
                }
                at = found + change.Old.Length;
            }
            output.Append(text.AsSpan(written, found - written)).Append(change.New);
            written = found + change.Old.Length;
        }
        return output.Append(text.AsSpan(written)).ToValue();
    }

    /// <summary>Go's strings.SplitN; an empty separator splits after every character.</summary>
    public static List<string> Split(TemplateRun run, string text, string separator, long count)
    {
        var parts = new List<string>();
        int start = 0;
        while (count < 0 || parts.Count < count - 1)
        {
            int end;
            if (separator.Length == 0)
            {
                if (start >= text.Length)
                {
                    return parts;
                }
                GoText.RuneAt(text, start, out int width);
                end = start + width;
            }
            else
            {
                end = text.IndexOf(separator, start, StringComparison.Ordinal);
                if (end < 0)
                {
                    break;
                }
            }
            if (!run.Spend(end - start + 1))
            {
                return parts;
            }
            parts.Add(text[start..end]);
            start = end + separator.Length;
        }
        if (count != 0)
        {
            parts.Add(text[start..]);
        }
        return parts;
    }

    private static GoValue Repeat(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        long count = arguments[0].AsInt;
        string text = arguments[1].AsText;
        if (count < 0)
        {
            return run.Raise("strings: negative Repeat count");
        }
        var output = new LimitedText(run);
        for (long i = 0; i < count && text.Length > 0 && output.IsOpen; i++)
        {
            output.Append(text);
        }
        return output.ToValue();
    }

    private static GoValue Joined(TemplateRun run, ReadOnlySpan<GoValue> values, Func<TemplateRun, GoValue, string> show)
    {
        var output = new LimitedText(run);
        bool first = true;
        foreach (GoValue value in values)
        {
            if (!value.IsNil)
            {
                output.Append(first ? "" : " ").Append(show(run, value));
                first = false;
            }
        }
        return output.ToValue();
    }

    private static GoValue Join(TemplateRun run, string separator, List<string> texts)
    {
        var output = new LimitedText(run);
        for (int i = 0; i < texts.Count && output.IsOpen; i++)
        {
            output.Append(i > 0 ? separator : "").Append(texts[i]);
        }
        return output.ToValue();
    }

    private static GoValue Indent(TemplateRun run, ReadOnlySpan<GoValue> arguments, string before)
    {
        if (arguments[0].AsInt < 0)
        {
            return run.Raise("strings: negative Repeat count");
        }
        int spaces = (int)Math.Min(arguments[0].AsInt, int.MaxValue);
        var output = new LimitedText(run);
        output.Append(before).Append(' ', spaces);
        foreach (char each in arguments[1].AsText)
        {
            output.Append(each);
            if (each == '\n')
            {
                output.Append(' ', spaces);
            }
        }
        return output.ToValue();
    }

    private static GoValue SortAlpha(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        List<string> texts = arguments[0].IsList ? GoCast.ToTexts(run, arguments[0]) : [GoCast.ToText(run, arguments[0])];
        texts.Sort(StringComparer.Ordinal);
        return GoValue.OfTexts(texts);
    }

    private static GoValue Numbered(TemplateRun run, List<string> parts)
    {
        var map = new GoMap();
        for (int i = 0; i < parts.Count && run.Spend(parts[i].Length); i++)
        {
            map["_" + i] = GoValue.Of(parts[i]);
        }
        return GoValue.OfTextMap(map);
    }
}
