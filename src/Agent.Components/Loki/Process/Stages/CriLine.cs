using System.Buffers;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>One line of a container's log file: <c>TIME STREAM FLAG CONTENT</c>, one space between the fields, the flag optional.</summary>
/// <remarks>
/// As lenient as Alloy: the time is any text without white space, and what stands behind the stream's space and is neither
/// <c>F</c> nor <c>P</c> is content. <c>P:tag x</c> is a partial line with the content <c>:tag x</c>.
/// </remarks>
internal readonly ref struct CriLine
{
    // White space below U+0080; that of other scripts ends the time as well, and is looked for only where the time is not ASCII.
    private static readonly SearchValues<byte> Spaces = SearchValues.Create("\t\n\v\f\r "u8);

    /// <summary>Where the content starts in the line.</summary>
    public int ContentStart { get; private init; }

    public int TimeLength { get; private init; }

    public bool IsStderr { get; private init; }

    public bool IsPartial { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> line, out CriLine parsed)
    {
        parsed = default;
        int time = line.IndexOfAny(Spaces);
        if (time < 0 || line[time] != ' ')
        {
            return false;
        }
        ReadOnlySpan<byte> rest = line[(time + 1)..];
        bool isStderr = rest.StartsWith("stderr"u8);
        if ((!isStderr && !rest.StartsWith("stdout"u8)) || rest.Length < 7 || rest[6] != ' ')
        {
            return false;
        }
        int at = time + 8;
        bool isPartial = false;
        if (at < line.Length && line[at] is (byte)'P' or (byte)'F')
        {
            isPartial = line[at] == 'P';
            at++;
        }
        if (at < line.Length && line[at] == ' ')
        {
            at++;
        }
        if (line[..time].ContainsAnyExceptInRange((byte)0, (byte)0x7F) && UnicodeSpace.IsIn(line[..time]))
        {
            return false;
        }
        parsed = new CriLine { ContentStart = at, TimeLength = time, IsStderr = isStderr, IsPartial = isPartial };
        return true;
    }
}
