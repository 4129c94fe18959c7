using System.Buffers;
using System.Text;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Sdk.Patterns;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Regular expressions in RE2 syntax. What "must" before the name changes is how a bad expression is worded.</summary>
internal static class PatternFunctions
{
    private static readonly GoType[] TextsAndCount = [GoType.String, GoType.String, GoType.Int];

    private delegate GoValue PatternBody(TemplateRun run, Pattern pattern, ReadOnlySpan<GoValue> arguments);

    public static void AddTo(FunctionSet functions)
    {
        functions.Add("regexMatch", FunctionSet.TwoTexts, static (run, a) =>
            GoValue.Of(run.TryPattern(a[0].AsText, out Pattern? pattern, out _) && pattern.IsMatch(GoText.ToUtf8(a[1].AsText))));
        functions.Add("mustRegexMatch", FunctionSet.TwoTexts, Parsed(static (_, pattern, a) => GoValue.Of(pattern.IsMatch(GoText.ToUtf8(a[1].AsText))), must: true));
        AddBoth(functions, "regexFindAll", TextsAndCount, FindAll);
        AddBoth(functions, "regexFind", FunctionSet.TwoTexts, Find);
        AddBoth(functions, "regexReplaceAll", FunctionSet.ThreeTexts, static (run, pattern, a) => Replace(run, pattern, a[1].AsText, a[2].AsText));
        AddBoth(functions, "regexReplaceAllLiteral", FunctionSet.ThreeTexts, static (run, pattern, a) =>
            Replace(run, pattern, a[1].AsText, a[2].AsText.Replace("$", "$$", StringComparison.Ordinal)));
        AddBoth(functions, "regexSplit", TextsAndCount, Split);
        functions.AddText("regexQuoteMeta", QuoteMeta);
    }

    private static void AddBoth(FunctionSet functions, string name, GoType[] parameters, PatternBody body)
    {
        functions.Add(name, parameters, Parsed(body, must: false));
        functions.Add("mustR" + name[1..], parameters, Parsed(body, must: true));
    }

    private static FunctionBody Parsed(PatternBody body, bool must) => (run, arguments) =>
    {
        string text = arguments[0].AsText;
        if (run.TryPattern(text, out Pattern? pattern, out string? error))
        {
            return body(run, pattern, arguments);
        }
        string quoted = text.AsSpan().IndexOfAny('`', '\x7f') < 0 && text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 ? $"`{text}`" : GoQuoting.Quote(text);
        return run.Raise(must ? error : $"regexp: Compile({quoted}): {error}");
    };

    private static GoValue Find(TemplateRun run, Pattern pattern, ReadOnlySpan<GoValue> arguments)
    {
        Span<ByteRange> match = stackalloc ByteRange[1];
        return GoValue.Of(pattern.Match(GoText.ToUtf8(arguments[1].AsText), match) ? arguments[1].AsText[match[0].Start..match[0].End] : "");
    }

    private static List<ByteRange> Matches(TemplateRun run, Pattern pattern, string text, long most)
    {
        const int CostOfMatch = 16;
        var found = new List<ByteRange>();
        Span<ByteRange> groups = stackalloc ByteRange[1];
        PatternMatches matches = pattern.EnumerateMatches(GoText.ToUtf8(text), groups);
        while ((most < 0 || found.Count < most) && run.Spend(CostOfMatch) && matches.MoveNext())
        {
            found.Add(groups[0]);
        }
        return found;
    }

    private static GoValue FindAll(TemplateRun run, Pattern pattern, ReadOnlySpan<GoValue> arguments)
    {
        string text = arguments[1].AsText;
        List<ByteRange> found = Matches(run, pattern, text, arguments[2].AsInt);
        return GoValue.OfTexts(found.Count > 0 ? found.Select(match => text[match.Start..match.End]) : null);
    }

    private static GoValue Split(TemplateRun run, Pattern pattern, ReadOnlySpan<GoValue> arguments)
    {
        string text = arguments[1].AsText;
        long count = arguments[2].AsInt;
        if (count == 0)
        {
            return GoValue.OfTexts(null);
        }
        if (text.Length == 0 && pattern.Text.Length > 0)
        {
            return GoValue.OfTexts([""]);
        }
        var parts = new List<string>();
        int start = 0;
        int end = 0;
        foreach (ByteRange match in Matches(run, pattern, text, count))
        {
            if (count > 0 && parts.Count == count - 1)
            {
                break;
            }
            end = match.Start;
            if (match.End != 0)
            {
                parts.Add(text[start..end]);
            }
            start = match.End;
        }
        if (end != text.Length)
        {
            parts.Add(text[start..]);
        }
        return GoValue.OfTexts(parts);
    }

    private static GoValue Replace(TemplateRun run, Pattern pattern, string text, string replacement)
    {
        PatternTemplate template = pattern.Template(GoText.ToString(replacement));
        byte[] utf8 = GoText.ToUtf8(text);
        var output = new ArrayBufferWriter<byte>(utf8.Length + 1);
        var groups = new ByteRange[pattern.GroupCount + 1];
        long references = replacement.AsSpan().Count('$');
        int written = 0;
        for (int at = 0; at <= utf8.Length && pattern.Match(utf8, groups, at);)
        {
            ByteRange match = groups[0];
            output.Write(utf8.AsSpan(written..match.Start));
            // No replacement for an empty match right after another match.
            if (match.End > written || match.Start == 0)
            {
                if (!run.Spend(replacement.Length + 1 + (references * (match.End - match.Start))))
                {
                    return default;
                }
                template.AppendTo(output, utf8, groups);
            }
            written = match.End;
            at = Math.Max(match.End, at + Width(utf8, at));
        }
        output.Write(utf8.AsSpan(written));
        return GoValue.Of(GoText.FromUtf8(output.WrittenSpan));
    }

    private static int Width(ReadOnlySpan<byte> utf8, int at) =>
        at < utf8.Length && Rune.DecodeFromUtf8(utf8[at..], out _, out int width) == OperationStatus.Done ? width : 1;

    private static string QuoteMeta(string text)
    {
        var quoted = new StringBuilder(text.Length);
        foreach (char each in text)
        {
            quoted.Append("\\.+*?()|[]{}^$".Contains(each) ? "\\" : "").Append(each);
        }
        return quoted.ToString();
    }
}
