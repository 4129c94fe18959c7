namespace Agent.Sdk;

/// <summary>Writes durations as Go does: below a second in the largest fitting unit, else as hours, minutes and seconds.</summary>
internal static class GoDurationFormat
{
    private const int Second = 1_000_000_000;

    public static string Write(Int128 nanoseconds)
    {
        if (nanoseconds == 0)
        {
            return "0s";
        }
        string sign = nanoseconds < 0 ? "-" : "";
        var left = (UInt128)(nanoseconds < 0 ? -nanoseconds : nanoseconds);
        if (left < Second)
        {
            return sign + Small((int)left);
        }
        var seconds = (ulong)(left / Second);
        string text = Fixed(seconds % 60, (int)(left % Second), 9) + "s";
        ulong minutes = seconds / 60;
        if (minutes > 0)
        {
            text = $"{minutes % 60}m{text}";
        }
        return sign + (minutes >= 60 ? $"{minutes / 60}h{text}" : text);
    }

    private static string Small(int nanoseconds) => nanoseconds switch
    {
        < 1000 => $"{nanoseconds}ns",
        < 1_000_000 => Fixed((ulong)(nanoseconds / 1000), nanoseconds % 1000, 3) + "\u00b5s",
        _ => Fixed((ulong)(nanoseconds / 1_000_000), nanoseconds % 1_000_000, 6) + "ms",
    };

    private static string Fixed(ulong whole, int fraction, int digits) =>
        fraction == 0 ? whole.ToString() : $"{whole}.{fraction.ToString("D" + digits).TrimEnd('0')}";
}
