using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Components.Common.GoTime;
using Agent.Sdk;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions for times and durations. What is no time is taken for now.</summary>
internal static class DateFunctions
{
    private const long Second = 1_000_000_000;
    private const long Hour = 3600 * Second;
    private const string HtmlDate = "2006-01-02";

    private static readonly GoType[] TextAndAny = [GoType.String, GoType.Any];
    private static readonly GoType[] TextAndTime = [GoType.String, GoType.Time];

    private static readonly (string Unit, ulong Length)[] Units =
    [
        ("y", Hour * 24 * 365), ("mo", Hour * 24 * 30), ("d", Hour * 24), ("h", Hour), ("m", 60 * Second), ("s", Second),
    ];

    public static void AddTo(FunctionSet functions) => functions
        .Add("now", FunctionSet.None, static (run, _) => GoValue.Of(Now(run)))
        .Add("ago", FunctionSet.OneAny, static (run, a) => Duration(RoundToSecond(Now(run).Since(ToTime(run, a[0])))))
        .Add("date", TextAndAny, static (run, a) => Format(run, a[1], a[0].AsText, "Local"))
        .Add("dateInZone", [GoType.String, GoType.Any, GoType.String], static (run, a) => Format(run, a[1], a[0].AsText, a[2].AsText))
        .Alias("date_in_zone", "dateInZone")
        .Add("htmlDate", FunctionSet.OneAny, static (run, a) => Format(run, a[0], HtmlDate, "Local"))
        .Add("htmlDateInZone", [GoType.Any, GoType.String], static (run, a) => Format(run, a[0], HtmlDate, a[1].AsText))
        .Add("dateModify", TextAndTime, static (run, a) => Modify(run, a, must: false))
        .Alias("date_modify", "dateModify")
        .Add("mustDateModify", TextAndTime, static (run, a) => Modify(run, a, must: true))
        .Alias("must_date_modify", "mustDateModify")
        .Add("toDate", FunctionSet.TwoTexts, static (run, a) => Parse(run, a, must: false))
        .Add("mustToDate", FunctionSet.TwoTexts, static (run, a) => Parse(run, a, must: true))
        .Add("unixEpoch", [GoType.Time], static (_, a) => GoValue.Of(a[0].AsTime.Time.UnixSeconds.ToString()))
        .Add("duration", FunctionSet.OneAny, static (_, a) => Duration(unchecked(Seconds(a[0]) * Second)))
        .Add("durationRound", FunctionSet.OneAny, static (run, a) => GoValue.Of(RoundToUnit(Nanoseconds(run, a[0]))));

    public static GoInstant Now(TemplateRun run)
    {
        long ticks = run.Time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return GoInstant.At(0, 0, run.Local).Add(ticks * TimeSpan.NanosecondsPerTick);
    }

    private static GoInstant ToTime(TemplateRun run, GoValue value) => value.Type switch
    {
        var type when ReferenceEquals(type, GoType.Time) => value.AsTime,
        var type when ReferenceEquals(type, GoType.Int) || ReferenceEquals(type, GoType.Int64) || ReferenceEquals(type, GoType.Int32) =>
            GoInstant.At(value.AsInt, 0, run.Local),
        _ => Now(run),
    };

    private static GoValue Format(TemplateRun run, GoValue time, string layout, string zone) =>
        GoValue.Of(GoText.FromString(ToTime(run, time).In(run.Location(zone) ?? GoLocation.Utc).Format(GoText.ToString(layout))));

    private static GoValue Modify(TemplateRun run, ReadOnlySpan<GoValue> arguments, bool must)
    {
        if (GoDuration.TryParseNanoseconds(GoText.ToString(arguments[0].AsText), out long nanoseconds, out string? error))
        {
            return GoValue.Of(arguments[1].AsTime.Add(nanoseconds));
        }
        return must ? run.Raise(error) : arguments[1];
    }

    private static GoValue Parse(TemplateRun run, ReadOnlySpan<GoValue> arguments, bool must)
    {
        var layout = new GoTimeLayout(GoText.ToString(arguments[0].AsText));
        if (!layout.TryParse(GoText.ToUtf8(arguments[1].AsText), run.Local, out GoTimeValue time, out string? error))
        {
            return must ? run.Raise(GoText.FromString(error)) : GoValue.Of(GoInstant.Zero);
        }
        GoZone zone = run.Local.At(time.UnixSeconds);
        GoLocation location = zone.Offset == time.Offset && zone.Name == time.Zone
            ? run.Local
            : new GoLocation(time.Zone, [new GoZone(time.Zone, time.Offset, false)], ([], []), null);
        return GoValue.Of(new GoInstant(time, location));
    }

    private static GoValue Duration(long nanoseconds) => GoValue.Of(GoText.FromString(GoDuration.FormatNanoseconds(nanoseconds)));

    private static long Seconds(GoValue value) => value switch
    {
        { IsText: true } => GoNumberText.TryInt(value.AsText, 10, out long number) ? number : 0,
        _ => ReferenceEquals(value.Type, GoType.Int64) ? value.AsInt : 0,
    };

    private static long Nanoseconds(TemplateRun run, GoValue value) => value switch
    {
        { IsText: true } => GoDuration.TryParseNanoseconds(GoText.ToString(value.AsText), out long parsed, out _) ? parsed : 0,
        { Kind: GoKind.Struct } => Now(run).Since(value.AsTime),
        _ => ReferenceEquals(value.Type, GoType.Int64) ? value.AsInt : 0,
    };

    private static long RoundToSecond(long nanoseconds)
    {
        long rest = nanoseconds % Second;
        return nanoseconds - rest + (Math.Abs(rest) * 2 >= Second ? Math.Sign(rest) * Second : 0);
    }

    private static string RoundToUnit(long nanoseconds)
    {
        ulong length = unchecked(nanoseconds < 0 ? (ulong)-nanoseconds : (ulong)nanoseconds);
        foreach ((string unit, ulong size) in Units)
        {
            if (length > size)
            {
                return $"{length / size}{unit}";
            }
        }
        return "0s";
    }
}
