using System.Text;
using Agent.CommandLine;
using Agent.Sdk;

namespace Agent.Tests;

/// <summary>Runs commands in this process, with a folder to work in.</summary>
internal sealed class Shell : IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public static AgentBuild Build { get; } = new()
    {
        Components = new ComponentCatalog(Agent.Components.GeneratedCatalog.Components, Agent.Components.GeneratedCatalog.Stages),
        ConfigBlocks = [.. Agent.Runtime.GeneratedCatalog.ConfigBlocks, .. Agent.Web.GeneratedCatalog.ConfigBlocks, .. Agent.Components.GeneratedCatalog.ConfigBlocks],
    };

    public string Folder { get; } = Directory.CreateTempSubdirectory("invar-test-").FullName;

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(params string[] args) => RunWithInputAsync("", args);

    public Task<int> RunWithInputAsync(string input, params string[] args) =>
        AgentCommandLine.RunAsync(args, Build, new Terminal(new MemoryStream(Encoding.UTF8.GetBytes(input)), _out, _error, Color: false));

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        _out.Dispose();
        _error.Dispose();
    }
}
