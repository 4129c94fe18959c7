namespace Agent.Architecture.Tests;

public sealed class SourceFileTests
{
    private const int LongestFile = 500;

    [Fact]
    public void No_file_is_longer_than_500_lines() =>
        Assert.Empty(SourceTree.Files("src", "tests")
            .Where(static file => file.Lines.Length > LongestFile)
            .Select(static file => $"{file.Path}: {file.Lines.Length} lines"));

    [Fact]
    public void Nothing_is_left_to_do_in_a_comment() => Assert.Empty(Places("TO" + "DO"));

    [Fact]
    public void No_file_hides_its_parts_in_regions() => Assert.Empty(Places("#" + "region"));

    [Fact]
    public void Using_lines_are_read_in_all_their_forms()
    {
        var file = new SourceFile("src/Agent.Sdk/Some.cs",
        [
            "using Agent.Syntax;",
            "global using System.Text;",
            "using static Agent.Wire.Snappy.Block;",
            "using Labels = Agent.Telemetry.LabelSet;",
            "        using var stream = Open();",
            "        using (stream)",
        ]);

        Assert.Equal(
            ["Agent.Syntax", "System.Text", "Agent.Wire.Snappy.Block", "Agent.Telemetry.LabelSet"],
            file.Usings());
    }

    private static IEnumerable<string> Places(string text)
    {
        foreach (SourceFile file in SourceTree.Files("src", "tests"))
        {
            for (int line = 0; line < file.Lines.Length; line++)
            {
                if (file.Lines[line].Contains(text, StringComparison.Ordinal))
                {
                    yield return $"{file.Path}:{line + 1}";
                }
            }
        }
    }
}
