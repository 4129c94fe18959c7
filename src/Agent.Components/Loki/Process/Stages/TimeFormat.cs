using Agent.Components.Common.GoTime;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>One way to write a time: a name such as <c>RFC3339</c> or <c>UnixMs</c>, or a layout of Go's reference time.</summary>
internal sealed class TimeFormat
{
    private delegate bool Parser(ReadOnlySpan<byte> text, out long nanos);

    private static readonly Dictionary<string, string> NamedLayouts = new(StringComparer.Ordinal)
    {
        ["ANSIC"] = "Mon Jan _2 15:04:05 2006",
        ["UnixDate"] = "Mon Jan _2 15:04:05 MST 2006",
        ["RubyDate"] = "Mon Jan 02 15:04:05 -0700 2006",
        ["RFC822"] = "02 Jan 06 15:04 MST",
        ["RFC822Z"] = "02 Jan 06 15:04 -0700",
        ["RFC850"] = "Monday, 02-Jan-06 15:04:05 MST",
        ["RFC1123"] = "Mon, 02 Jan 2006 15:04:05 MST",
        ["RFC1123Z"] = "Mon, 02 Jan 2006 15:04:05 -0700",
    };

    private readonly Parser _parser;

    private TimeFormat(Parser parser) => _parser = parser;

    /// <summary>Nanoseconds since the Unix epoch; they wrap around beyond the years 1678 to 2262.</summary>
    public bool TryParse(ReadOnlySpan<byte> text, out long nanos) => _parser(text, out nanos);

    /// <param name="format">The name or layout.</param>
    /// <param name="location">Counts for layouts only: the named formats are read as UTC where they name no zone, as in Alloy.</param>
    /// <param name="time">Tells the year where the layout has none.</param>
    public static TimeFormat Of(string format, GoLocation? location, TimeProvider time)
    {
        if (NamedLayouts.TryGetValue(format, out string? named))
        {
            return Layout(new GoTimeLayout(named), null);
        }
        return format switch
        {
            // A layout without a fraction reads one all the same, so both names mean one thing.
            "RFC3339" or "RFC3339Nano" => new TimeFormat(Rfc3339.TryParseNanoseconds),
            "Unix" => new TimeFormat(UnixTime.TryParseSeconds),
            "UnixMs" => Unix(1_000_000),
            "UnixUs" => Unix(1_000),
            "UnixNs" => Unix(1),
            _ when !format.Contains("06", StringComparison.Ordinal) => WithoutYear(new GoTimeLayout(format), location, time),
            _ => Layout(new GoTimeLayout(format), location),
        };
    }

    private static TimeFormat Unix(long unit) => new((text, out nanos) => UnixTime.TryParse(text, unit, out nanos));

    private static TimeFormat Layout(GoTimeLayout layout, GoLocation? location) => new((text, out nanos) =>
    {
        bool valid = layout.TryParse(text, location, out GoTimeValue time);
        nanos = time.UnixNanoseconds;
        return valid;
    });

    private static TimeFormat WithoutYear(GoTimeLayout layout, GoLocation? location, TimeProvider time) => new((text, out nanos) =>
    {
        nanos = 0;
        if (!layout.TryParse(text, location, out GoTimeValue parsed) || parsed.Year != 0)
        {
            return false;
        }
        nanos = MissingYear.Add(parsed, time.GetLocalNow().DateTime);
        return true;
    });
}
