using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Agent.Conversion.Promtail;

/// <summary>Sizes as promtail writes them: a whole number and a unit in any case, of 1024 each: <c>256KB</c>, <c>2M</c>, <c>100</c>.</summary>
internal static class ByteCount
{
    private const int Scale = 1024;

    public static bool TryParse(string text, out long bytes, [NotNullWhen(false)] out string? error)
    {
        string upper = text.Trim().ToUpperInvariant();
        int digits = upper.AsSpan().IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> unit = digits < 0 ? "" : upper.AsSpan(digits).Trim();
        int power = unit switch
        {
            "" or "B" => 0,
            "K" or "KB" => 1,
            "M" or "MB" => 2,
            "G" or "GB" => 3,
            "T" or "TB" => 4,
            "P" or "PB" => 5,
            "E" or "EB" => 6,
            _ => -1,
        };
        error = null;
        bytes = 0;
        if (power < 0 || !long.TryParse(digits < 0 ? upper : upper.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            error = $"strconv.UnmarshalText: parsing \"{upper}\": invalid syntax";
            return false;
        }
        Int128 product = number * (Int128)Math.Pow(Scale, power);
        bytes = product > long.MaxValue ? long.MaxValue : (long)product;
        return true;
    }
}
