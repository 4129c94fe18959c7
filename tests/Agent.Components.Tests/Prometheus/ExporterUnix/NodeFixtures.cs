using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Testing;
using Agent.Wire;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

/// <summary>The golden host: its /proc and /sys, unpacked once into a temporary folder, and the exposition expected from it.</summary>
internal sealed class NodeFixtures : IDisposable
{
    private const string Set = "node_exporter/v1.12.1/";

    public NodeFixtures()
    {
        using FileStream packed = File.OpenRead(Conformance.PathOf(Set + "fixtures.tar.gz")!);
        using var plain = new GZipStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(plain, Root.FullName, overwriteFiles: true);
    }

    public DirectoryInfo Root { get; } = Directory.CreateTempSubdirectory("node-fixtures");

    public string PathOf(string relative) => Path.Combine(Root.FullName, relative);

    public static string Expected => File.ReadAllText(Conformance.PathOf(Set + "e2e-output.txt")!);

    /// <summary>Runs collectors over the golden host and answers the exposition.</summary>
    public string Scrape(CollectorSettings settings, out IReadOnlyList<CollectorFailure> failures)
    {
        using var output = new FamilyWriter();
        failures = CollectorCatalog.Create(settings with { Options = On(settings.Options) }, TimeProvider.System).Scrape(output);
        // The recording ran inside a checkout; some labels hold paths.
        return Text(output).Replace(Root.FullName, "collector/fixtures", StringComparison.Ordinal);
    }

    /// <summary>Options under which the golden host is read.</summary>
    public UnixExporterOptions On(UnixExporterOptions options) => options with
    {
        ProcfsPath = options.ProcfsPath == "/proc" ? PathOf("proc") : options.ProcfsPath,
        SysfsPath = options.SysfsPath == "/sys" ? PathOf("sys") : options.SysfsPath,
        RootfsPath = Root.FullName,
        UdevDataPath = PathOf("udev/data"),
    };

    public static string Text(FamilyWriter output)
    {
        using var buffer = new GrowableBuffer();
        output.CopyTo(buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    /// <summary>Families by name: the HELP and TYPE lines, then the sorted samples.</summary>
    public static SortedDictionary<string, List<string>> Families(string exposition)
    {
        var families = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        List<string> current = [];
        foreach (string line in exposition.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                families[line.Split(' ')[2]] = current = [];
            }
            current.Add(line);
        }
        foreach (List<string> lines in families.Values)
        {
            lines.Sort(2, lines.Count - 2, StringComparer.Ordinal);
        }
        return families;
    }

    public void Dispose() => Root.Delete(recursive: true);
}
