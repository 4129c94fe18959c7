using System.Buffers;

namespace Agent.Components.Common.Relabel;

/// <summary>Which label names a replace rule may write; to any other name it writes nothing, silently, as upstream does.</summary>
public enum LabelNameRule
{
    /// <summary>Any text but the empty one: what <c>discovery.relabel</c> follows.</summary>
    Utf8,

    /// <summary><c>[a-zA-Z_][a-zA-Z0-9_]*</c>: what the rules for logs and metrics follow.</summary>
    Legacy,
}

internal static class LabelNames
{
    private static readonly SearchValues<char> LegacyCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    public static bool IsValid(string name, LabelNameRule rule) =>
        name.Length > 0
        && (rule == LabelNameRule.Utf8 || (!char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(LegacyCharacters)));
}
