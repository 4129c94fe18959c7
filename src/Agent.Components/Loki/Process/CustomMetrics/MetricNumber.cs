using System.Buffers;
using System.Globalization;
using System.Text;
using Agent.Sdk;

namespace Agent.Components.Loki.Process.CustomMetrics;

/// <summary>Extracted values as numbers: numbers, texts of numbers, durations in seconds, and true and false as 1 and 0.</summary>
internal static class MetricNumber
{
    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private static readonly SearchValues<char> DurationCharacters = SearchValues.Create("0123456789.+-hmsunµμ");
    private const double NanosPerSecond = 1e9;

    // No number or duration is longer.
    private const int Longest = 400;

    public static bool TryRead(SlotValue value, out double number)
    {
        ReadOnlySpan<byte> text = value.Text.Span;
        number = 0;
        switch (value.Kind)
        {
            case SlotKind.Bool:
                number = text[0] == 't' ? 1 : 0;
                return true;
            case SlotKind.Number:
                return value.TryGetNumber(out number);
            case SlotKind.Text when text.Length is > 0 and <= Longest:
                Span<char> chars = stackalloc char[Longest];
                return TryRead(chars[..Encoding.UTF8.GetChars(text, chars)], out number);
            default:
                return false;
        }
    }

    private static bool TryRead(ReadOnlySpan<char> text, out double number)
    {
        // A text that is too large for a double is no number in Go; one that says that it is infinite is.
        if (double.TryParse(text, Style, CultureInfo.InvariantCulture, out number) && (double.IsFinite(number) || !HasDigits(text)))
        {
            return true;
        }
        ReadOnlySpan<char> word = text is ['+' or '-', ..] ? text[1..] : text;
        if (word.Equals("inf", StringComparison.OrdinalIgnoreCase))
        {
            number = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        if (text.ContainsAnyExcept(DurationCharacters))
        {
            // Most texts are no durations: for those the reader would word an error that nobody sees.
            return false;
        }
        bool isDuration = GoDuration.TryParseNanoseconds(text, out long nanoseconds, out _);
        number = nanoseconds / NanosPerSecond;
        return isDuration;
    }

    private static bool HasDigits(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('0', '9') >= 0;
}
