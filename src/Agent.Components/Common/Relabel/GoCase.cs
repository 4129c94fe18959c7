using System.Text;

namespace Agent.Components.Common.Relabel;

/// <summary>Upper and lower case as Go maps them: rune by rune, also the few letters that .NET's invariant mapping leaves alone.</summary>
internal static class GoCase
{
    public static string Lower(string text) =>
        Ascii.IsValid(text) ? text.ToLowerInvariant() : text.ToLowerInvariant().Replace('\u0130', 'i');

    public static string Upper(string text) =>
        Ascii.IsValid(text) ? text.ToUpperInvariant() : text.ToUpperInvariant().Replace('\u0131', 'I').Replace('\u017f', 'S');
}
