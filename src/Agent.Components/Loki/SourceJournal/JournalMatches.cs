using System.Buffers;
using Agent.Sdk;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>The matches of the configuration: <c>FIELD=VALUE</c>, separated by white space.</summary>
internal static class JournalMatches
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    public static ValueList<string> Parse(string text) =>
        new(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>The first match that the journal would refuse, or null.</summary>
    public static string? FirstBad(string text) => Parse(text).FirstOrDefault(static match => !IsValid(match));

    // The name as journald takes it from programs: capitals, digits and underscores, not two of the latter first.
    private static bool IsValid(string match)
    {
        int equals = match.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            && !match.StartsWith("__", StringComparison.Ordinal)
            && !match.AsSpan(0, equals).ContainsAnyExcept(NameCharacters);
    }
}
