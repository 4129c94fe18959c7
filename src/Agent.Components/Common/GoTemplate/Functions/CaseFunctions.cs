using System.Text;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions that change the case of letters.</summary>
internal static class CaseFunctions
{
    public static void AddTo(FunctionSet functions) => functions
        .AddText("upper", GoText.ToUpper)
        .AddText("lower", GoText.ToLower)
        .AddText("title", static text => AtWords(text, Rune.ToUpperInvariant, IsTitleSeparator))
        .AddText("untitle", static text => AtWords(text, Rune.ToLowerInvariant, Rune.IsWhiteSpace))
        .AddText("swapcase", SwapCase)
        .AddText("initials", Initials)
        .AddText("snakecase", static text => WordSplitter.Join(text, '_'))
        .AddText("kebabcase", static text => WordSplitter.Join(text, '-'))
        .AddText("camelcase", CamelCase);

    private static string AtWords(string text, Func<Rune, Rune> change, Func<Rune, bool> separates)
    {
        var changed = new StringBuilder(text.Length);
        bool starts = true;
        for (int at = 0; at < text.Length;)
        {
            Rune rune = GoText.RuneAt(text, at, out int width);
            GoText.AppendRune(changed, starts ? change(rune) : rune);
            starts = separates(rune);
            at += width;
        }
        return changed.ToString();
    }

    // Go's strings.Title: ASCII letters, digits and _ are words, so are other letters and digits; else white space separates.
    private static bool IsTitleSeparator(Rune rune) => rune.IsAscii
        ? !char.IsAsciiLetterOrDigit((char)rune.Value) && rune.Value != '_'
        : !Rune.IsLetter(rune) && !Rune.IsDigit(rune) && Rune.IsWhiteSpace(rune);

    // A lower-case letter after white space becomes a title, which is upper case but for a handful of ligatures.
    private static string SwapCase(string text) => GoText.FromRunes(GoText.Runes(text).Select(static rune =>
        Rune.IsLower(rune) ? Rune.ToUpperInvariant(rune)
        : Rune.IsUpper(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.TitlecaseLetter ? Rune.ToLowerInvariant(rune)
        : rune));

    // Sprig looks at bytes here: a letter beyond ASCII gives its first byte as a character.
    private static string Initials(string text)
    {
        var initials = new StringBuilder();
        bool afterGap = true;
        foreach (char each in text)
        {
            bool isGap = Rune.IsWhiteSpace(new Rune(each));
            if (afterGap && !isGap)
            {
                GoText.AppendRune(initials, new Rune(each));
            }
            afterGap = isGap;
        }
        return initials.ToString();
    }

    // Leading connectors stay, of several in a row one is dropped, and what follows one becomes upper case.
    private static string CamelCase(string text)
    {
        List<Rune> runes = GoText.Runes(text);
        int first = runes.FindIndex(static rune => !WordSplitter.IsConnector(rune));
        if (first < 0)
        {
            return text;
        }
        var camel = new StringBuilder();
        runes.Take(first).ToList().ForEach(rune => GoText.AppendRune(camel, rune));
        Rune last = Rune.ToUpperInvariant(runes[first]);
        foreach (Rune rune in runes.Skip(first + 1))
        {
            Rune next = rune;
            if (!WordSplitter.IsConnector(last))
            {
                GoText.AppendRune(camel, last);
            }
            else if (WordSplitter.IsConnector(rune))
            {
                GoText.AppendRune(camel, last);
            }
            else
            {
                next = Rune.ToUpperInvariant(rune);
            }
            last = next;
        }
        GoText.AppendRune(camel, last);
        return camel.ToString();
    }
}
