using Agent.Syntax;

namespace Agent.EndToEnd;

/// <summary>Parts of a configuration from production, byte for byte.</summary>
internal static class SeedBlocks
{
    /// <param name="file">The configuration.</param>
    /// <param name="ids">Names and labels of the blocks.</param>
    public static string Of(string file, params IReadOnlyCollection<string> ids)
    {
        string path = SeedFactAttribute.PathOf(file)!;
        var source = new SourceText(path, File.ReadAllBytes(path));
        string[] blocks =
        [
            .. Parser.ParseFile(source).File.Body.OfType<BlockStatement>()
                .Where(block => ids.Contains($"{block.FullName}.{block.Label}")).Select(block => source.Text(block.Span)),
        ];
        Assert.Equal(ids.Count, blocks.Length);
        return string.Join("\n\n", blocks) + "\n";
    }
}
