using Agent.Components.Common.Files;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Metrics that others write into *.prom files.</summary>
internal sealed class TextfileCollector(TextfileOptions options) : IUnixCollector
{
    private static readonly Family Modified = Family.Gauge(
        "node_textfile_mtime_seconds", "Unixtime mtime of textfiles successfully read.", "file");
    private static readonly Family Error = Family.Gauge(
        "node_textfile_scrape_error", "1 if there was an error opening or reading a file, 0 otherwise");

    public void Collect(CollectorScrape scrape)
    {
        var errors = new List<string>();
        var families = new List<(TextfileFamily Family, string Path)>();
        foreach (string folder in Folders(options.Directory))
        {
            if (!Directory.Exists(folder))
            {
                errors.Add($"cannot read {folder}: there is no such folder");
                continue;
            }
            foreach (string name in HostFiles.List(folder))
            {
                if (name.EndsWith(".prom", StringComparison.Ordinal))
                {
                    Read(Path.Join(folder, name), families, errors, scrape.Output);
                }
            }
        }
        Write(families, errors, scrape.Output);
        scrape.Output.Write(Error, errors.Count > 0 ? 1 : 0);
        if (errors.Count > 0)
        {
            scrape.Warn(string.Join("; ", errors));
        }
    }

    private static void Read(string path, List<(TextfileFamily, string)> families, List<string> errors, FamilyWriter output)
    {
        try
        {
            foreach (TextfileFamily family in TextfileParser.Parse(File.ReadAllText(path)))
            {
                families.Add((family, path));
            }
            // Only after it was read: a file that fails must not look fresh.
            output.Write(Modified, Math.Floor((File.GetLastWriteTimeUtc(path) - DateTime.UnixEpoch).TotalSeconds), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CollectorException)
        {
            errors.Add($"cannot read {path}: {e.Message}");
        }
    }

    /// <summary>A family may stand in several files; where their help texts differ, the first file wins and it is an error.</summary>
    private static void Write(List<(TextfileFamily Family, string Path)> families, List<string> errors, FamilyWriter output)
    {
        foreach (IGrouping<string, (TextfileFamily Family, string Path)> group in families.GroupBy(entry => entry.Family.Name, StringComparer.Ordinal))
        {
            string? help = group.Select(entry => entry.Family.Help).FirstOrDefault(text => text is not null);
            string shown = help ?? $"Metric read from {string.Join(", ", group.Select(entry => entry.Path))}";
            foreach ((TextfileFamily family, string path) in group)
            {
                if (family.Help is { } own && own != help)
                {
                    errors.Add($"cannot merge {family.Name} of {path}: its help text is another one");
                    continue;
                }
                family.WriteTo(output, shown);
            }
        }
    }

    private static IReadOnlyCollection<string> Folders(string pattern)
    {
        if (pattern.Length == 0)
        {
            return [];
        }
        if (pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0 && Glob.TryParse(Path.Join(pattern, "*.prom"), out Glob? glob, out _))
        {
            return [.. GlobWalk.Run(glob).Files.Select(file => Path.GetDirectoryName(file)!).Distinct().Order(StringComparer.Ordinal)];
        }
        return [pattern];
    }
}
