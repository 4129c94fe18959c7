using System.Diagnostics.CodeAnalysis;

namespace Agent.Components.Common.GoTime;

/// <summary>A time zone from the system's database, with the abbreviations that .NET's TimeZoneInfo does not keep.</summary>
/// <remarks>Read from TZif files (RFC 9636) below <c>ZONEINFO</c> or /usr/share/zoneinfo.</remarks>
public sealed class GoLocation
{
    private readonly GoZone[] _zones;
    private readonly long[] _times;
    private readonly byte[] _zoneOf;
    private readonly ZoneRule? _rule;

    internal GoLocation(string name, GoZone[] zones, (long[] Times, byte[] ZoneOf) transitions, ZoneRule? rule)
    {
        Name = name;
        _zones = zones;
        (_times, _zoneOf) = transitions;
        _rule = rule;
    }

    public static GoLocation Utc { get; } = new("UTC", [new GoZone("UTC", 0, false)], ([], []), null);

    public string Name { get; }

    /// <summary>Loads a zone such as <c>Europe/Berlin</c>; an empty name and <c>UTC</c> are UTC.</summary>
    public static bool TryLoad(string name, [NotNullWhen(true)] out GoLocation? location, [NotNullWhen(false)] out string? error)
    {
        error = null;
        location = name is "" or "UTC" ? Utc : null;
        if (location is not null)
        {
            return true;
        }
        // Names come from configurations: none may leave the database.
        if (name is ['/' or '\\', ..] || name.Contains("..", StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal))
        {
            error = "time: invalid location name";
            return false;
        }
        string folder = Environment.GetEnvironmentVariable("ZONEINFO") is { Length: > 0 } named ? named : "/usr/share/zoneinfo";
        try
        {
            location = ZoneFile.Read(name == "Local" ? "/etc/localtime" : Path.Combine(folder, name), name);
        }
        catch (IOException)
        {
            error = $"unknown time zone {name}";
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            error = $"unknown time zone {name}";
            return false;
        }
        error = location is null ? $"malformed time zone information for {name}" : null;
        return location is not null;
    }

    /// <summary>What is valid at a moment, in seconds since 1970 UTC.</summary>
    public GoZone At(long unixSeconds)
    {
        if (_times.Length == 0 || unixSeconds < _times[0])
        {
            return _times.Length == 0 && _rule is not null ? _rule.At(unixSeconds) : FirstZone();
        }
        int index = Array.BinarySearch(_times, unixSeconds);
        index = index < 0 ? ~index - 1 : index;
        return index == _times.Length - 1 && _rule is not null ? _rule.At(unixSeconds) : _zones[_zoneOf[index]];
    }

    /// <summary>The offset of a named zone of this place, preferring one that is valid near the given time.</summary>
    internal bool TryOffsetOf(ReadOnlySpan<char> zone, long localSeconds, out int offset)
    {
        foreach (GoZone each in _zones)
        {
            if (zone.SequenceEqual(each.Name) && zone.SequenceEqual(At(localSeconds - each.Offset).Name))
            {
                offset = At(localSeconds - each.Offset).Offset;
                return true;
            }
        }
        foreach (GoZone each in _zones)
        {
            if (zone.SequenceEqual(each.Name))
            {
                offset = each.Offset;
                return true;
            }
        }
        offset = 0;
        return false;
    }

    /// <summary>Seconds since 1970 UTC at which clocks here show a given time. In a gap or overlap it answers as Go's Date does.</summary>
    internal long ToUnix(long localSeconds)
    {
        long guess = localSeconds - At(localSeconds).Offset;
        return localSeconds - At(guess).Offset;
    }

    private GoZone FirstZone()
    {
        foreach (GoZone zone in _zones)
        {
            if (!zone.Daylight)
            {
                return zone;
            }
        }
        return _zones[0];
    }
}
