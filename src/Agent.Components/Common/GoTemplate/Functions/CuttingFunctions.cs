using System.Text;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions that shorten, trim and wrap texts. They count bytes, as sprig does.</summary>
internal static class CuttingFunctions
{
    private const int MarkerLength = 3;
    private const int LeastWidth = 4;
    private const int LeastWidthBoth = 7;

    public static void AddTo(FunctionSet functions) => functions
        .AddText("trim", GoText.TrimSpace)
        .AddText("nospace", static text => GoText.FromRunes(GoText.Runes(text).Where(static rune => !Rune.IsWhiteSpace(rune))))
        .Add("trimAll", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(GoText.Trim(a[1].AsText, Cut(a[0].AsText))))
        .Alias("trimall", "trimAll")
        .Add("trimSuffix", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(TrimSuffix(a[1].AsText, a[0].AsText)))
        .Add("trimPrefix", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(TrimPrefix(a[1].AsText, a[0].AsText)))
        .Add("trunc", [GoType.Int, GoType.String], static (_, a) => GoValue.Of(Truncate(a[0].AsInt, a[1].AsText)))
        .Add("substr", [GoType.Int, GoType.Int, GoType.String], Substring)
        .Add("abbrev", [GoType.Int, GoType.String], static (_, a) =>
            a[0].AsInt < LeastWidth ? a[1] : GoValue.Of(Abbreviate(a[1].AsText, 0, a[0].AsInt)))
        .Add("abbrevboth", [GoType.Int, GoType.Int, GoType.String], static (_, a) =>
            a[1].AsInt < LeastWidth || (a[0].AsInt > 0 && a[1].AsInt < LeastWidthBoth)
                ? a[2]
                : GoValue.Of(Abbreviate(a[2].AsText, a[0].AsInt, a[1].AsInt)))
        .Add("wrap", [GoType.Int, GoType.String], static (run, a) => Wrap(run, a[1].AsText, a[0].AsInt, null))
        .Add("wrapWith", [GoType.Int, GoType.String, GoType.String], static (run, a) => Wrap(run, a[2].AsText, a[0].AsInt, a[1].AsText));

    /// <summary>Whether a character is one of a set.</summary>
    public static Func<Rune, bool> Cut(string set)
    {
        List<Rune> runes = GoText.Runes(set);
        return runes.Contains;
    }

    public static string TrimPrefix(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;

    public static string TrimSuffix(string text, string suffix) => text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text;

    private static string Truncate(long count, string text)
    {
        if (count < 0 && text.Length + count > 0)
        {
            return text[(int)(text.Length + count)..];
        }
        return count >= 0 && text.Length > count ? text[..(int)count] : text;
    }

    private static GoValue Substring(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        long start = arguments[0].AsInt;
        long end = arguments[1].AsInt;
        string text = arguments[2].AsText;
        if (start < 0)
        {
            start = 0;
        }
        else if (end < 0 || end > text.Length)
        {
            end = text.Length;
        }
        if (end < 0 || end > text.Length)
        {
            return run.Raise($"runtime error: slice bounds out of range [:{end}]{(end < 0 ? "" : $" with length {text.Length}")}");
        }
        return start > end
            ? run.Raise($"runtime error: slice bounds out of range [{start}:{end}]")
            : GoValue.Of(text[(int)start..(int)end]);
    }

    // Marks with dots what is left out at the end, and at the beginning where the offset is beyond the first characters.
    private static string Abbreviate(string text, long offset, long width)
    {
        if (text.Length <= width)
        {
            return text;
        }
        int room = (int)width - MarkerLength;
        offset = Math.Min(offset, text.Length);
        offset = text.Length - offset < room ? text.Length - room : offset;
        if (offset <= LeastWidth)
        {
            return text[..room] + "...";
        }
        if (width < LeastWidthBoth)
        {
            return "";
        }
        return offset + room < text.Length ? "..." + Abbreviate(text[(int)offset..], 0, room) : "..." + text[^room..];
    }

    // Breaks lines at blanks. With a separator of its own it breaks long words too.
    private static GoValue Wrap(TemplateRun run, string text, long width, string? separator)
    {
        string lineBreak = string.IsNullOrEmpty(separator) ? "\n" : separator;
        width = Math.Max(width, 1);
        var output = new LimitedText(run);
        int at = 0;
        while (text.Length - at > width && output.IsOpen)
        {
            if (text[at] == ' ')
            {
                at++;
                continue;
            }
            int end = at + (int)width;
            int blank = text.LastIndexOf(' ', end, end - at + 1);
            if (blank >= at)
            {
                output.Append(text.AsSpan(at, blank - at)).Append(lineBreak);
                at = blank + 1;
            }
            else if (separator is not null)
            {
                output.Append(text.AsSpan(at, end - at)).Append(lineBreak);
                at = end;
            }
            else
            {
                blank = text.IndexOf(' ', end);
                output.Append(text.AsSpan(at, (blank < 0 ? text.Length : blank) - at)).Append(blank < 0 ? "" : lineBreak);
                at = blank < 0 ? text.Length : blank + 1;
            }
        }
        return output.Append(text.AsSpan(at)).ToValue();
    }
}
