using Agent.Syntax.Values;

namespace Agent.Components.Tests.Loki.SourceFile;

internal static class ValueText
{
    /// <summary>All texts in a value, one after the other.</summary>
    public static string ToText(this Value value) => value switch
    {
        StringValue text => text.Text,
        ArrayValue array => string.Join(" ", array.Select(ToText)),
        ObjectValue map => string.Join(" ", map.Keys.Select(key => ToText(map[key]))),
        _ => "",
    };
}
