using System.Buffers.Text;
using System.Globalization;

namespace Agent.Components.Loki.Process;

public enum SlotKind : byte
{
    /// <summary>The name is not in the extracted values.</summary>
    Absent,

    /// <summary>A stage took the name out: it is not in the extracted values, not even where a label has it. Only slots themselves hold this.</summary>
    Removed,

    /// <summary>The name is there, without a value: it exists for <c>stage.drop</c>, and cannot become text.</summary>
    Null,
    Text,
    Number,
    Bool,
}

/// <summary>One extracted value. Its text is what Alloy makes of it: numbers in plain decimal notation.</summary>
/// <param name="Kind">What it was before it became text.</param>
/// <param name="Text">UTF-8, valid as long as the outgoing batch is.</param>
public readonly record struct SlotValue(SlotKind Kind, ReadOnlyMemory<byte> Text)
{
    private static readonly byte[] TrueText = "true"u8.ToArray();
    private static readonly byte[] FalseText = "false"u8.ToArray();

    // 17 significant digits; the plain notation of the smallest double needs 324 places and more.
    private const int LongestNumber = 400;

    internal static SlotValue Removed => new(SlotKind.Removed, default);

    public static SlotValue Null => new(SlotKind.Null, default);

    public bool HasText => Kind > SlotKind.Null;

    public static SlotValue OfText(ReadOnlyMemory<byte> text) => new(SlotKind.Text, text);

    public static SlotValue OfBool(bool value) => new(SlotKind.Bool, value ? TrueText : FalseText);

    /// <summary>A number as JSON spells it; what is not a plain integer of at most 15 digits is read as a double and written anew.</summary>
    public static SlotValue OfNumber(ReadOnlyMemory<byte> text, Telemetry.PooledBytes scratch)
    {
        if (IsPlainInteger(text.Span))
        {
            return new SlotValue(SlotKind.Number, text);
        }
        return Utf8Parser.TryParse(text.Span, out double number, out int used) && used == text.Length
            ? OfNumber(number, scratch)
            : OfText(text);
    }

    public static SlotValue OfNumber(double number, Telemetry.PooledBytes scratch)
    {
        Span<byte> buffer = stackalloc byte[LongestNumber];
        return new SlotValue(SlotKind.Number, scratch.Copy(buffer[..GoNumber.FormatPlain(number, buffer)]));
    }

    /// <summary>The value as a number, where it is one.</summary>
    public bool TryGetNumber(out double number) =>
        double.TryParse(Text.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && Kind == SlotKind.Number;

    private static bool IsPlainInteger(ReadOnlySpan<byte> text)
    {
        // A leading zero can only be the number 0 itself; "-0" keeps its sign as a double too, "-05" is no JSON.
        ReadOnlySpan<byte> digits = text is [(byte)'-', ..] ? text[1..] : text;
        return digits.Length is > 0 and <= 15 && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }
}
