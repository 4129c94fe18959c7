using System.Globalization;
using System.Text;
using Agent.Components.Loki.Positions;

namespace Agent.Components.Loki.PodTails;

/// <summary>A line a container: its key, restarts, time of the last line, floor, when it was last seen, and each known line as time and hash.</summary>
internal sealed class PodPositionFormat : IPositionFormat<PodPosition>
{
    private const int Fields = 5;
    private const long NanosecondsPerMicrosecond = 1000;

    /// <inheritdoc/>
    public string Header => "invar pod positions 1";

    /// <inheritdoc/>
    /// <remarks>A pod that is not a target any more seldom comes back, and its log goes with it.</remarks>
    public TimeSpan? ForgetAfter => TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public bool IsNone(PodPosition position) => position.IsNone;

    /// <inheritdoc/>
    public void Write(StringBuilder text, in KeyedPosition<PodPosition> entry)
    {
        PodPosition position = entry.Position;
        text.Append(CultureInfo.InvariantCulture, $"{Uri.EscapeDataString(entry.Key)} {position.Restarts} {position.Last} {position.Floor} {entry.Seen}");
        foreach (KnownLine line in position.Known)
        {
            text.Append(CultureInfo.InvariantCulture, $" {line.Timestamp - position.Last}:{line.Hash:x}");
        }
    }

    /// <inheritdoc/>
    public bool TryRead(string[] fields, out KeyedPosition<PodPosition> entry)
    {
        entry = default;
        if (fields.Length < Fields || fields[0].Length == 0 || !int.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int restarts)
            || !TryNumber(fields[2], out long last) || !TryNumber(fields[3], out long floor) || !TryNumber(fields[4], out long seen))
        {
            return false;
        }
        var known = new List<KnownLine>(fields.Length - Fields);
        foreach (string field in fields.AsSpan(Fields))
        {
            int colon = field.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !TryNumber(field.AsSpan(0, colon), out long offset)
                || !ulong.TryParse(field.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hash))
            {
                return false;
            }
            known.Add(new KnownLine(unchecked(last + offset), hash));
        }
        entry = new KeyedPosition<PodPosition>(Uri.UnescapeDataString(fields[0]), new PodPosition(restarts, last, floor, known), seen);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Alloy keeps the microsecond of the last line: what was written in it comes again, and nothing is lost.</remarks>
    public bool TryImport(in ForeignPosition found, out string key, out PodPosition position)
    {
        bool isKnown = found.TryCursor("", out key, out long micros) && micros < long.MaxValue / NanosecondsPerMicrosecond;
        position = isKnown ? PodPosition.None with { Floor = micros * NanosecondsPerMicrosecond } : PodPosition.None;
        return isKnown;
    }

    /// <inheritdoc/>
    public PodPosition Earlier(PodPosition one, PodPosition other) => one.Floor <= other.Floor ? one : other;

    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
