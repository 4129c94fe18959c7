using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>The conversions sprig leaves to spf13/cast: whatever cannot be converted is 0.</summary>
internal static class GoCast
{
    private const double Int64Limit = 9.2233720368547758e18;

    public static long ToInt64(GoValue value) => value.Kind switch
    {
        GoKind.Float64 => Truncate(value.AsFloat),
        GoKind.String => GoNumberText.TryInt(WithoutZeroFraction(value.AsText), 0, out long number) ? number : 0,
        _ when value.Type is { IsSigned: true } or { IsUnsigned: true } or { Kind: GoKind.Bool } => value.AsInt,
        _ => 0,
    };

    public static double ToFloat64(GoValue value) => value.Kind switch
    {
        GoKind.Float64 => value.AsFloat,
        GoKind.String => GoNumberText.TryFloat(value.AsText, out double number) ? number : 0,
        GoKind.Uint64 => (ulong)value.AsInt,
        _ when value.Type is { IsSigned: true } or { IsUnsigned: true } or { Kind: GoKind.Bool } => value.AsInt,
        _ => 0,
    };

    /// <summary>Sprig's text of a value: its String method's, else what <c>%v</c> shows.</summary>
    public static string ToText(TemplateRun run, GoValue value) =>
        value.IsText ? value.AsText : GoStringer.TryText(value, out string text) ? text : GoPrinter.ToText(run, value);

    /// <summary>A value as texts: the items of a list without nils, nothing for nil, else the value alone.</summary>
    public static List<string> ToTexts(TemplateRun run, GoValue value)
    {
        if (value.IsNil)
        {
            return [];
        }
        var texts = new List<string>();
        foreach (GoValue item in value.IsList ? value.AsList : [value])
        {
            if (!item.IsNil)
            {
                texts.Add(ToText(run, item));
            }
        }
        return texts;
    }

    /// <summary>Sprig's notion of empty, which is Go's of untrue.</summary>
    public static bool IsEmpty(GoValue value) => !value.IsTrue;

    private static long Truncate(double value) =>
        value is >= -Int64Limit and < Int64Limit ? (long)value : long.MinValue;

    // "3.0" is 3, "3.9" no whole number.
    private static string WithoutZeroFraction(string text)
    {
        string trimmed = text.TrimEnd('0');
        return trimmed.Length < text.Length && trimmed is [.., '.'] ? trimmed[..^1] : text;
    }
}
