using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Agent.Components.Common.GoTime;

/// <summary>A time format written as Go writes it: by how <c>Mon Jan 2 15:04:05 MST 2006</c> would look.</summary>
/// <remarks>Every text is a layout. Reading allocates nothing, except a name for a zone that is neither UTC nor of the location.</remarks>
public sealed class GoTimeLayout
{
    private readonly GoTimeElement[] _elements;

    public GoTimeLayout(string layout)
    {
        Text = layout;
        _elements = GoTimeScanner.Scan(layout);
    }

    public static GoTimeLayout Rfc3339Nano { get; } = new("2006-01-02T15:04:05.999999999Z07:00");

    public string Text { get; }

    /// <summary>Reads a time. Without a zone in the text it is local to <paramref name="location"/>, else to UTC.</summary>
    public bool TryParse(ReadOnlySpan<byte> utf8, GoLocation? location, out GoTimeValue time)
    {
        var parser = new GoTimeParser(utf8);
        return parser.TryParse(_elements) && parser.TryBuild(location ?? GoLocation.Utc, out time) || Fail(out time);
    }

    /// <summary>The same, with an error worded as Go words it.</summary>
    public bool TryParse(ReadOnlySpan<byte> utf8, GoLocation? location, out GoTimeValue time, [NotNullWhen(false)] out string? error)
    {
        var parser = new GoTimeParser(utf8);
        error = null;
        if (parser.TryParse(_elements) && parser.TryBuild(location ?? GoLocation.Utc, out time))
        {
            return true;
        }
        error = parser.Problem is { } problem
            ? $"parsing time \"{Encoding.UTF8.GetString(utf8)}\": {problem}"
            : $"parsing time \"{Encoding.UTF8.GetString(utf8)}\" as \"{Text}\": cannot parse \"{Encoding.UTF8.GetString(parser.Rest)}\" as \"{parser.Wanted}\"";
        return Fail(out time);
    }

    public string Format(GoTimeValue time)
    {
        var text = new StringBuilder();
        CivilTime civil = GoCalendar.Civil(time.UnixSeconds + time.Offset);
        foreach (GoTimeElement element in _elements)
        {
            text.Append(Encoding.UTF8.GetString(element.Before));
            GoTimeWriter.Append(text, element, civil, time);
        }
        return text.ToString();
    }

    private static bool Fail(out GoTimeValue time)
    {
        time = default;
        return false;
    }
}
