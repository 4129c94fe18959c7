using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Components.Common.GoTime;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Methods of the values that functions give: times, durations and versions.</summary>
internal static class MethodTable
{
    private const int NanosecondsPerMicrosecond = 1000;
    private const int NanosecondsPerMillisecond = 1_000_000;
    private const double Second = 1e9;

    private static readonly GoType[] OneDuration = [GoType.Duration];
    private static readonly GoType[] OneTime = [GoType.Time];
    private static readonly GoType[] OneVersion = [GoType.Version];

    private static readonly FrozenDictionary<string, GoFunction> Time = Times().ToFrozenDictionary(StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, GoFunction> Duration = Durations().ToFrozenDictionary(StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, GoFunction> Version = Versions().ToFrozenDictionary(StringComparer.Ordinal);
    private static readonly GoFunction String =
        new("String", [], false, static (_, a) => GoValue.Of(GoStringer.TryText(a[0], out string text) ? text : ""));

    public static bool TryFind(GoType type, string name, [NotNullWhen(true)] out GoFunction? method)
    {
        method = null;
        if (ReferenceEquals(type, GoType.Time))
        {
            return Time.TryGetValue(name, out method);
        }
        if (ReferenceEquals(type, GoType.Duration))
        {
            return Duration.TryGetValue(name, out method);
        }
        if (ReferenceEquals(type, GoType.Version))
        {
            return Version.TryGetValue(name, out method);
        }
        method = name == "String" && (ReferenceEquals(type, GoType.Month) || ReferenceEquals(type, GoType.Weekday)) ? String : null;
        return method is not null;
    }

    private static IReadOnlyDictionary<string, GoFunction> Times()
    {
        var methods = new FunctionSet();
        AddParts(methods);
        return methods
            .Add("Unix", FunctionSet.None, static (_, a) => GoValue.OfInt64(a[0].AsTime.Time.UnixSeconds))
            .Add("UnixMilli", FunctionSet.None, static (_, a) => GoValue.OfInt64(unchecked((a[0].AsTime.Time.UnixSeconds * 1000) + (a[0].AsTime.Time.Nanosecond / NanosecondsPerMillisecond))))
            .Add("UnixMicro", FunctionSet.None, static (_, a) => GoValue.OfInt64(unchecked((a[0].AsTime.Time.UnixSeconds * 1_000_000) + (a[0].AsTime.Time.Nanosecond / NanosecondsPerMicrosecond))))
            .Add("UnixNano", FunctionSet.None, static (_, a) => GoValue.OfInt64(a[0].AsTime.Time.UnixNanoseconds))
            .Add("Format", FunctionSet.OneText, static (_, a) => GoValue.Of(GoText.FromString(a[0].AsTime.Format(GoText.ToString(a[1].AsText)))))
            .Add("String", FunctionSet.None, static (_, a) => GoValue.Of(GoText.FromString(a[0].AsTime.ToString())))
            .Add("UTC", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsTime.In(GoLocation.Utc)))
            .Add("Local", FunctionSet.None, static (run, a) => GoValue.Of(a[0].AsTime.In(run.Local)))
            .Add("IsZero", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsTime.Since(GoInstant.Zero) == 0))
            .Add("Add", OneDuration, static (_, a) => GoValue.Of(a[0].AsTime.Add(a[1].AsInt)))
            .Add("Sub", OneTime, static (_, a) => GoValue.Of(GoType.Duration, a[0].AsTime.Since(a[1].AsTime)))
            .Add("After", OneTime, static (_, a) => GoValue.Of(Compare(a) > 0))
            .Add("Before", OneTime, static (_, a) => GoValue.Of(Compare(a) < 0))
            .Add("Equal", OneTime, static (_, a) => GoValue.Of(Compare(a) == 0))
            .Add("Compare", OneTime, static (_, a) => GoValue.OfInt(Compare(a)))
            .Add("AddDate", [GoType.Int, GoType.Int, GoType.Int], AddDate)
            .Functions;
    }

    private static void AddParts(FunctionSet methods) => methods
        .Add("Year", FunctionSet.None, static (_, a) => GoValue.OfInt(a[0].AsTime.Civil.Year))
        .Add("Month", FunctionSet.None, static (_, a) => GoValue.Of(GoType.Month, a[0].AsTime.Civil.Month))
        .Add("Day", FunctionSet.None, static (_, a) => GoValue.OfInt(a[0].AsTime.Civil.Day))
        .Add("YearDay", FunctionSet.None, static (_, a) => GoValue.OfInt(a[0].AsTime.Civil.DayOfYear))
        .Add("Weekday", FunctionSet.None, static (_, a) => GoValue.Of(GoType.Weekday, a[0].AsTime.Civil.DayOfWeek))
        .Add("Hour", FunctionSet.None, static (_, a) => GoValue.OfInt(a[0].AsTime.Civil.SecondOfDay / 3600))
        .Add("Minute", FunctionSet.None, static (_, a) => GoValue.OfInt(a[0].AsTime.Civil.SecondOfDay / 60 % 60))
        .Add("Second", FunctionSet.None, static (_, a) => GoValue.OfInt(a[0].AsTime.Civil.SecondOfDay % 60))
        .Add("Nanosecond", FunctionSet.None, static (_, a) => GoValue.OfInt(a[0].AsTime.Time.Nanosecond));

    private static IReadOnlyDictionary<string, GoFunction> Durations() => new FunctionSet()
        .Add("Hours", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsInt / (3600 * Second)))
        .Add("Minutes", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsInt / (60 * Second)))
        .Add("Seconds", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsInt / Second))
        .Add("Milliseconds", FunctionSet.None, static (_, a) => GoValue.OfInt64(a[0].AsInt / NanosecondsPerMillisecond))
        .Add("Microseconds", FunctionSet.None, static (_, a) => GoValue.OfInt64(a[0].AsInt / NanosecondsPerMicrosecond))
        .Add("Nanoseconds", FunctionSet.None, static (_, a) => GoValue.OfInt64(a[0].AsInt))
        .Add("Abs", FunctionSet.None, static (_, a) => GoValue.Of(GoType.Duration, a[0].AsInt == long.MinValue ? long.MaxValue : Math.Abs(a[0].AsInt)))
        .Add("String", FunctionSet.None, static (_, a) => GoValue.Of(GoStringer.TryText(a[0], out string text) ? text : ""))
        .Functions;

    private static IReadOnlyDictionary<string, GoFunction> Versions() => new FunctionSet()
        .Add("Major", FunctionSet.None, static (_, a) => GoValue.Of(GoType.Uint64, (long)a[0].AsVersion.Major))
        .Add("Minor", FunctionSet.None, static (_, a) => GoValue.Of(GoType.Uint64, (long)a[0].AsVersion.Minor))
        .Add("Patch", FunctionSet.None, static (_, a) => GoValue.Of(GoType.Uint64, (long)a[0].AsVersion.Patch))
        .Add("Prerelease", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsVersion.Prerelease))
        .Add("Metadata", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsVersion.Metadata))
        .Add("Original", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsVersion.Original))
        .Add("String", FunctionSet.None, static (_, a) => GoValue.Of(a[0].AsVersion.ToString()))
        .Add("Compare", OneVersion, static (_, a) => GoValue.OfInt(a[0].AsVersion.CompareTo(a[1].AsVersion)))
        .Add("Equal", OneVersion, static (_, a) => GoValue.Of(a[0].AsVersion.CompareTo(a[1].AsVersion) == 0))
        .Add("LessThan", OneVersion, static (_, a) => GoValue.Of(a[0].AsVersion.CompareTo(a[1].AsVersion) < 0))
        .Add("LessThanEqual", OneVersion, static (_, a) => GoValue.Of(a[0].AsVersion.CompareTo(a[1].AsVersion) <= 0))
        .Add("GreaterThan", OneVersion, static (_, a) => GoValue.Of(a[0].AsVersion.CompareTo(a[1].AsVersion) > 0))
        .Add("GreaterThanEqual", OneVersion, static (_, a) => GoValue.Of(a[0].AsVersion.CompareTo(a[1].AsVersion) >= 0))
        .Functions;

    private static int Compare(ReadOnlySpan<GoValue> times)
    {
        (GoTimeValue left, GoTimeValue right) = (times[0].AsTime.Time, times[1].AsTime.Time);
        int seconds = left.UnixSeconds.CompareTo(right.UnixSeconds);
        return seconds != 0 ? seconds : left.Nanosecond.CompareTo(right.Nanosecond);
    }

    // Months beyond December and days beyond the month's run over into what follows.
    private static GoValue AddDate(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        GoInstant time = arguments[0].AsTime;
        CivilTime civil = time.Civil;
        long months = Math.Clamp(((civil.Year + arguments[1].AsInt) * 12) + civil.Month - 1 + arguments[2].AsInt, -1_000_000, 1_000_000);
        int year = (int)Math.Floor(months / 12.0);
        long days = GoCalendar.UnixDays(year, (int)(months - (year * 12L)) + 1, 1) + civil.Day - 1 + Math.Clamp(arguments[3].AsInt, -100_000_000, 100_000_000);
        return GoValue.Of(GoInstant.At(time.Location.ToUnix((days * GoCalendar.SecondsPerDay) + civil.SecondOfDay), time.Time.Nanosecond, time.Location));
    }
}
