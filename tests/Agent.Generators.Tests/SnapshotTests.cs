namespace Agent.Generators.Tests;

/// <summary>Compares generated code to files in <c>fixtures/</c>; UPDATE_SNAPSHOTS=1 writes them anew, for a person to read the difference.</summary>
public sealed class SnapshotTests
{
    [Theory]
    [InlineData("component")]
    [InlineData("stages")]
    [InlineData("config-block")]
    public void Generated_code_is_what_the_snapshot_holds(string name)
    {
        string folder = Path.Combine(ProjectFolder(), "fixtures");
        var run = new GeneratorRun(File.ReadAllText(Path.Combine(folder, name + ".cs.txt")));
        string snapshot = Path.Combine(folder, name + ".expected.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(snapshot, run.Sources);
        }

        Assert.Empty(run.Findings);
        Assert.Equal("", string.Join('\n', run.CompilerFindings));
        Assert.Equal(File.ReadAllText(snapshot), run.Sources);
    }

    private static string ProjectFolder()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Agent.Generators.Tests.csproj")))
        {
            at = at.Parent;
        }
        return at?.FullName ?? throw new InvalidOperationException("the tests run outside their project");
    }
}
