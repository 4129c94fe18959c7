using System.Globalization;
using System.Text;
using Agent.Components.Loki.Positions;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>A line a container: id, time and count of its output, the same of its error output, and when it was last seen.</summary>
internal sealed class DockerPositionFormat : IPositionFormat<DockerPosition>
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <inheritdoc/>
    public string Header => "invar docker positions 1";

    /// <inheritdoc/>
    /// <remarks>A container that is not there may be started again, and then its whole log is still there.</remarks>
    public TimeSpan? ForgetAfter => TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public bool IsNone(DockerPosition position) => position == default;

    /// <inheritdoc/>
    public void Write(StringBuilder text, in KeyedPosition<DockerPosition> entry)
    {
        (StreamPosition output, StreamPosition error) = entry.Position;
        text.Append(CultureInfo.InvariantCulture, $"{Uri.EscapeDataString(entry.Key)} {output.Timestamp} {output.Count} {error.Timestamp} {error.Count} {entry.Seen}");
    }

    /// <inheritdoc/>
    public bool TryRead(string[] fields, out KeyedPosition<DockerPosition> entry)
    {
        entry = default;
        Span<long> numbers = stackalloc long[5];
        if (fields.Length != 1 + numbers.Length || fields[0].Length == 0)
        {
            return false;
        }
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(fields[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }
        }
        if (numbers[1] > int.MaxValue || numbers[3] > int.MaxValue)
        {
            return false;
        }
        var position = new DockerPosition(new StreamPosition(numbers[0], (int)numbers[1]), new StreamPosition(numbers[2], (int)numbers[3]));
        entry = new KeyedPosition<DockerPosition>(Uri.UnescapeDataString(fields[0]), position, numbers[4]);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Alloy keeps whole seconds: what was written in the last one of them comes again.</remarks>
    public bool TryImport(in ForeignPosition found, out string key, out DockerPosition position)
    {
        bool isKnown = found.TryCursor("", out key, out long seconds) && seconds < long.MaxValue / NanosecondsPerSecond;
        var time = new StreamPosition(isKnown ? seconds * NanosecondsPerSecond : 0, 0);
        position = new DockerPosition(time, time);
        return isKnown;
    }

    /// <inheritdoc/>
    public DockerPosition Earlier(DockerPosition one, DockerPosition other) => one.Output.Timestamp <= other.Output.Timestamp ? one : other;
}
