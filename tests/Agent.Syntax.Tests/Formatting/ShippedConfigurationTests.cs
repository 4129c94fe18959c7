using Agent.Testing;

namespace Agent.Syntax.Tests;

public sealed class ShippedConfigurationTests
{
    [Fact]
    public void Every_configuration_of_the_repository_parses_and_is_formatted()
    {
        string[] paths =
        [
            .. new[] { "config", "bench" }.SelectMany(static folder =>
                Directory.EnumerateFiles(Repository.PathOf(folder), "*.alloy", SearchOption.AllDirectories)),
        ];
        Assert.NotEmpty(paths);
        Assert.All(paths, static path =>
        {
            ParseResult result = Parser.ParseFile(new SourceText(path, File.ReadAllBytes(path)));

            Assert.True(result.Success, string.Join('\n', result.Diagnostics));
            Assert.Equal(Formatter.FormatText(result.File), File.ReadAllText(path));
        });
    }
}
