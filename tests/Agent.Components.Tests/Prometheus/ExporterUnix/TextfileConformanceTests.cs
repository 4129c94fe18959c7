using Agent.Components.Prometheus.ExporterUnix;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

public sealed class TextfileConformanceTests
{
    [ConformanceFact]
    public void Folders_of_text_files_give_the_golden_exposition()
    {
        using var fixtures = new NodeFixtures();
        var set = new ConformanceSet("node_exporter/textfile");
        foreach (string golden in Directory.GetFiles(fixtures.PathOf("textfile"), "*.out"))
        {
            string name = Path.GetFileNameWithoutExtension(golden);
            // The reference's test finds this one by a pattern.
            string folder = fixtures.PathOf("textfile/" + (name == "glob_extra_dimension" ? "*_extra_dimension" : name));
            set.Case(name, () => Compare(fixtures, golden, folder));
        }
        set.Finish();
    }

    private static string? Compare(NodeFixtures fixtures, string golden, string folder)
    {
        var settings = new CollectorSettings
        {
            Options = new UnixExporterOptions { SetCollectors = ["textfile"], Textfile = new TextfileOptions { Directory = folder } },
        };
        string expected = Comparable(File.ReadAllText(golden));
        string actual = Comparable(
            fixtures.Scrape(settings, out _).Replace("collector/fixtures", "fixtures", StringComparison.Ordinal));
        return expected == actual ? null : $"\nexpected\n{expected}\ngot\n{actual}";
    }

    /// <summary>Without times of files, and without what the set of collectors adds.</summary>
    private static string Comparable(string exposition)
    {
        SortedDictionary<string, List<string>> families = NodeFixtures.Families(exposition);
        return string.Join('\n', families
            .Where(family => family.Key != "node_textfile_mtime_seconds" && !family.Key.StartsWith("node_scrape_collector", StringComparison.Ordinal))
            .SelectMany(family => family.Value));
    }
}
