using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>An array of /proc/mdstat: its disks, its state, and how many of its blocks are in step.</summary>
internal sealed record MdArray(string Name)
{
    public string State { get; private init; } = "";

    public double Total { get; private init; }

    public double Active { get; private init; }

    public double Failed { get; private init; }

    public double Spare { get; private init; }

    public double Blocks { get; private init; }

    public double Synced { get; private init; }

    public static List<MdArray> Parse(string[] lines)
    {
        var arrays = new List<MdArray>();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (line.Length == 0 || line[0] == ' ' || line.StartsWith("Personalities", StringComparison.Ordinal)
                || line.StartsWith("unused", StringComparison.Ordinal))
            {
                continue;
            }
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 3 || i + 1 >= lines.Length)
            {
                throw new CollectorException($"cannot read /proc/mdstat: \"{line}\" is no array");
            }
            string sync = i + 2 < lines.Length ? lines[i + 2] : "";
            if (sync.Contains("bitmap", StringComparison.Ordinal))
            {
                sync = i + 3 < lines.Length ? lines[i + 3] : "";
            }
            arrays.Add(Of(fields, line, lines[i + 1], sync));
        }
        return arrays;
    }

    private static MdArray Of(string[] fields, string line, string status, string sync)
    {
        double blocks = Number(status.TrimStart().Split(' ')[0]);
        (double total, double active) = Disks(line, status);
        (string state, double synced) = Progress(fields[2], sync, blocks);
        return new MdArray(fields[0])
        {
            State = state,
            Total = total,
            Active = active,
            Failed = Count(line, "(F)"),
            Spare = Count(line, "(S)"),
            Blocks = blocks,
            Synced = synced,
        };
    }

    /// <summary>"[4/3]" says how many disks there should be and are; arrays without redundancy only list theirs.</summary>
    private static (double Total, double Active) Disks(string line, string status)
    {
        if (line.Contains("raid0", StringComparison.Ordinal) || line.Contains("linear", StringComparison.Ordinal))
        {
            int disks = Count(line, "[");
            return (disks, disks);
        }
        if (line.Contains("inactive", StringComparison.Ordinal))
        {
            return (0, 0);
        }
        int open = status.IndexOf('[', StringComparison.Ordinal);
        int slash = open < 0 ? -1 : status.IndexOf('/', open);
        int close = slash < 0 ? -1 : status.IndexOf(']', slash);
        return close > 0
            ? (Number(status[(open + 1)..slash]), Number(status[(slash + 1)..close]))
            : throw new CollectorException($"cannot read /proc/mdstat: \"{status}\" does not count disks");
    }

    private static (string State, double Synced) Progress(string state, string sync, double blocks)
    {
        string? running = sync.Contains("recovery", StringComparison.Ordinal) ? "recovering"
            : sync.Contains("reshape", StringComparison.Ordinal) ? "reshaping"
            : sync.Contains("check", StringComparison.Ordinal) ? "check"
            : sync.Contains("resync", StringComparison.Ordinal) ? "resync" : null;
        if (running is null)
        {
            return (state, blocks);
        }
        if (sync.Contains("PENDING", StringComparison.Ordinal) || sync.Contains("DELAYED", StringComparison.Ordinal))
        {
            return (running, 0);
        }
        int open = sync.IndexOf('(', StringComparison.Ordinal);
        int slash = open < 0 ? -1 : sync.IndexOf('/', open);
        return slash > 0
            ? (running, Number(sync[(open + 1)..slash]))
            : throw new CollectorException($"cannot read /proc/mdstat: \"{sync}\" does not count blocks");
    }

    private static int Count(string text, string what) => text.Split(what).Length - 1;

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new CollectorException($"cannot read /proc/mdstat: \"{text}\" is not a number");
}
