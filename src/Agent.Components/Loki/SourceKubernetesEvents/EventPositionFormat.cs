using System.Globalization;
using System.Text;
using Agent.Components.Loki.Positions;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>A line a namespace (<c>*</c> for all of them): name, version, time. A lease carries the same lines from leader to leader.</summary>
internal sealed class EventPositionFormat : IPositionFormat<EventPosition>
{
    private const string All = "*";
    private const long NanosecondsPerMicrosecond = 1000;

    /// <inheritdoc/>
    public string Header => "invar event positions 1";

    /// <inheritdoc/>
    public TimeSpan? ForgetAfter => null;

    /// <inheritdoc/>
    public bool IsNone(EventPosition position) => position == default;

    /// <summary>The lines of a lease.</summary>
    public static string ToText(IEnumerable<KeyValuePair<string, EventPosition>> positions)
    {
        var text = new StringBuilder();
        foreach ((string inNamespace, EventPosition position) in positions)
        {
            Write(text, inNamespace, position);
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>What <see cref="ToText"/> wrote; lines that are none are left out.</summary>
    public static Dictionary<string, EventPosition> FromText(string text)
    {
        var positions = new Dictionary<string, EventPosition>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            if (TryRead(line.Split(' '), out string inNamespace, out EventPosition position))
            {
                positions[inNamespace] = position;
            }
        }
        return positions;
    }

    /// <inheritdoc/>
    public void Write(StringBuilder text, in KeyedPosition<EventPosition> entry) => Write(text, entry.Key, entry.Position);

    /// <inheritdoc/>
    public bool TryRead(string[] fields, out KeyedPosition<EventPosition> entry)
    {
        bool isRead = TryRead(fields, out string inNamespace, out EventPosition position);
        entry = new KeyedPosition<EventPosition>(inNamespace, position, 0);
        return isRead;
    }

    /// <inheritdoc/>
    /// <remarks>Alloy keeps the microsecond of the event that it sent last.</remarks>
    public bool TryImport(in ForeignPosition found, out string key, out EventPosition position)
    {
        bool isKnown = found.TryCursor("events", out string name, out long micros) && micros < long.MaxValue / NanosecondsPerMicrosecond;
        key = name.TrimStart('-');
        position = new EventPosition(0, isKnown ? micros * NanosecondsPerMicrosecond : 0);
        return isKnown;
    }

    /// <inheritdoc/>
    public EventPosition Earlier(EventPosition one, EventPosition other) => one.LaterOf(other) == one ? other : one;

    private static void Write(StringBuilder text, string inNamespace, EventPosition position) =>
        text.Append(CultureInfo.InvariantCulture, $"{(inNamespace.Length > 0 ? inNamespace : All)} {position.Version} {position.Timestamp}");

    private static bool TryRead(string[] fields, out string inNamespace, out EventPosition position)
    {
        (inNamespace, position) = ("", default);
        if (fields is not [var name, var version, var time] || !ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            || !long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long timestamp))
        {
            return false;
        }
        (inNamespace, position) = (name == All ? "" : name, new EventPosition(number, timestamp));
        return true;
    }
}
