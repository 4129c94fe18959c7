using System.Globalization;

namespace Agent.Run;

/// <summary>How much memory the agent may use, as Alloy's environment says it: <c>GOMEMLIMIT</c>, else a share of the cgroup's limit.</summary>
/// <param name="Bytes">Null where there is no limit.</param>
/// <param name="Cgroup">What the system kills the process beyond; null where there is no such limit.</param>
internal sealed record MemoryLimit(long? Bytes, long? Cgroup)
{
    private const double DefaultShare = 0.9;

    private static readonly (string Suffix, long Factor)[] Units =
        [("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    public static MemoryLimit Read() => Read(Environment.GetEnvironmentVariable, CgroupMemory.Limit("/"));

    /// <summary>
    /// Values that cannot be read count as not set, as unknown variables of another runtime do. A named limit above the cgroup's would
    /// be none: that one counts then.
    /// </summary>
    public static MemoryLimit Read(Func<string, string?> environment, long? cgroup)
    {
        if (Parse(environment("GOMEMLIMIT")) is { } named)
        {
            return new MemoryLimit(Math.Min(named, cgroup ?? named), cgroup);
        }
        bool hasShare = double.TryParse(environment("AUTOMEMLIMIT"), NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && share is > 0 and <= 1;
        return new MemoryLimit(cgroup is null ? null : (long)(cgroup.Value * (hasShare ? share : DefaultShare)), cgroup);
    }

    /// <summary>For the log.</summary>
    public override string ToString() => Bytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.#}MiB") : "none";

    private static long? Parse(string? text)
    {
        foreach ((string suffix, long factor) in Units)
        {
            if (text is not null && text.EndsWith(suffix, StringComparison.Ordinal))
            {
                return Digits(text[..^suffix.Length]) * factor;
            }
        }
        return Digits(text);
    }

    private static long? Digits(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
}
