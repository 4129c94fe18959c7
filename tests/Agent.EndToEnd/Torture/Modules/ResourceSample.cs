using System.Globalization;

namespace Agent.EndToEnd.Torture.Modules;

/// <summary>What a process holds at one moment.</summary>
/// <param name="Memory">Resident bytes.</param>
/// <param name="Files">Open file descriptors.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ResourceSample(long Memory, int Files, int Threads)
{
    // Buffers that are in use at one moment and not at another; a leak of two hundred reloads is beyond these.
    private const long MemorySlack = 6 << 20;
    private const double MemoryGrowth = 0.10;
    private const int FileSlack = 4;
    private const int ThreadSlack = 5;

    public static ResourceSample Of(int process)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
        string line = File.ReadLines($"{folder}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        long kilobytes = long.Parse(line.AsSpan("VmRSS:".Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
        return new ResourceSample(
            kilobytes * 1024, Directory.EnumerateFileSystemEntries($"{folder}/fd").Count(), Directory.EnumerateDirectories($"{folder}/task").Count());
    }

    /// <summary>The middle of each figure by itself.</summary>
    public static ResourceSample Median(IReadOnlyCollection<ResourceSample> samples) => new(
        Middle(samples.Select(static sample => sample.Memory)),
        (int)Middle(samples.Select(static sample => (long)sample.Files)),
        (int)Middle(samples.Select(static sample => (long)sample.Threads)));

    /// <summary>What has grown between two moments at which the process had the same to do.</summary>
    /// <returns>Empty where nothing has.</returns>
    public static IEnumerable<string> Growth(ResourceSample early, ResourceSample late)
    {
        if (late.Memory > (early.Memory * (1 + MemoryGrowth)) + MemorySlack)
        {
            yield return $"memory grew from {early.Memory >> 10} to {late.Memory >> 10} KiB";
        }
        if (late.Files > early.Files + FileSlack)
        {
            yield return $"file descriptors grew from {early.Files} to {late.Files}";
        }
        if (late.Threads > early.Threads + ThreadSlack)
        {
            yield return $"threads grew from {early.Threads} to {late.Threads}";
        }
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Memory / 1048576.0:F1} MiB, {Files} file descriptors, {Threads} threads");

    private static long Middle(IEnumerable<long> values)
    {
        long[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
