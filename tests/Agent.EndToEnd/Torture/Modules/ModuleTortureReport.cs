using Agent.Testing;
using Xunit.Abstractions;

namespace Agent.EndToEnd.Torture.Modules;

/// <summary>What a run came to, in words: to the test's output and to artifacts/torture-modules.txt.</summary>
internal sealed class ModuleTortureReport(ITestOutputHelper output)
{
    private readonly List<string> _lines = [];

    private static string Location { get; } = Repository.PathOf("artifacts/torture-modules.txt");

    public void Say(string line)
    {
        output.WriteLine(line);
        _lines.Add(line);
    }

    public void Save()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Location)!);
        File.WriteAllLines(Location, _lines);
    }
}
