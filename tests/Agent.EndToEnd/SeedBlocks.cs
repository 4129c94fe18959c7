using Agent.Syntax;

namespace Agent.EndToEnd;

/// <summary>Parts of a configuration from production, byte for byte.</summary>
internal static class SeedBlocks
{
    /// <param name="file">The configuration.</param>
    /// <param name="ids">Names and labels of the blocks.</param>
    public static string Of(string file, params IReadOnlyCollection<string> ids)
    {
        string[] blocks = Read(file, block => ids.Contains($"{block.FullName}.{block.Label}"));
        Assert.Equal(ids.Count, blocks.Length);
        return string.Join("\n\n", blocks) + "\n";
    }

    /// <summary>The blocks that a test wants.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="keep">Which blocks stay.</param>
    public static string Where(string file, Func<BlockStatement, bool> keep) => string.Join("\n\n", Read(file, keep)) + "\n";

    private static string[] Read(string file, Func<BlockStatement, bool> keep)
    {
        string path = SeedFactAttribute.PathOf(file)!;
        var source = new SourceText(path, File.ReadAllBytes(path));
        return [.. Parser.ParseFile(source).File.Body.OfType<BlockStatement>().Where(keep).Select(block => source.Text(block.Span))];
    }
}
