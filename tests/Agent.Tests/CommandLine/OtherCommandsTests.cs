using Agent.Sdk;
using Agent.Sdk.Schema;

namespace Agent.Tests.CommandLine;

public sealed class OtherCommandsTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Components_lists_everything_one_a_line_with_its_kind()
    {
        Assert.Equal(0, await _shell.RunAsync("components"));
        IEnumerable<string> expected = Shell.Build.Components.Components.Select(static (ComponentDescriptor c) => $"component {c.Name}")
            .Concat(Shell.Build.Components.Stages.Select(static (BlockSchema s) => $"stage {s.Name}"));
        Assert.Equal(string.Concat(expected.Select(static line => line + "\n")), _shell.Out);
    }

    [Fact]
    public async Task Version_prints_the_build()
    {
        Assert.Equal(0, await _shell.RunAsync("--version"));
        Assert.Matches(@"^invar, version 0\.1\.0\S* \(branch: , revision: \S*\)\n", _shell.Out);
    }

    [Fact]
    public async Task Docs_writes_one_page_for_each_component_and_the_same_bytes_each_time()
    {
        string folder = Path.Combine(_shell.Folder, "pages");
        Assert.Equal(0, await _shell.RunAsync("docs", "--output", folder));
        string[] pages = Directory.GetFiles(folder);
        Assert.Equal(Shell.Build.Components.Components.Count(), pages.Length);
        Dictionary<string, string> first = pages.ToDictionary(static page => page, File.ReadAllText);
        Assert.Equal(0, await _shell.RunAsync("docs", "--output", folder));
        Assert.All(first, static page => Assert.Equal(page.Value, File.ReadAllText(page.Key)));
    }

    [Fact]
    public async Task Run_refuses_a_missing_file_at_start()
    {
        string missing = Path.Combine(_shell.Folder, "none.alloy");
        Assert.Equal(1, await _shell.RunAsync("run", "--server.http.listen-addr=127.0.0.1:0", missing));
        Assert.EndsWith("Error: could not perform the initial load successfully\n", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_says_where_it_cannot_listen()
    {
        Assert.Equal(1, await _shell.RunAsync("run", "--server.http.listen-addr=nowhere", _shell.Write("a.alloy", "")));
        Assert.StartsWith("Error: cannot listen for HTTP on nowhere: ", _shell.Error, StringComparison.Ordinal);
    }
}
