using System.Runtime.InteropServices;

namespace Agent.EndToEnd;

/// <summary>A folder with what one test needs: a configuration, logs, and the agent's storage, which outlives a restart.</summary>
internal sealed partial class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("invar-e2e-");

    public Workspace() => Directory.CreateDirectory(PathOf("logs"));

    /// <summary>True where the rights of a file do not bind the test.</summary>
    public static bool IsRoot { get; } = UserId() == 0;

    public string Storage => PathOf("storage");

    /// <summary>Leaves the folder where it is, for somebody to look at.</summary>
    public bool IsKept { get; set; }

    public string Configuration => PathOf("config.alloy");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string LogPath(string name) => PathOf($"logs/{name}");

    /// <summary>Writes the configuration, with <c>LOGS</c> for the folder of the logs.</summary>
    public string Configure(string text, string name = "config.alloy")
    {
        string path = PathOf(name);
        File.WriteAllText(path, Expand(text));
        return path;
    }

    public string Expand(string text) => text.Replace("LOGS", PathOf("logs"), StringComparison.Ordinal);

    public void Log(string name, params string[] lines) => File.AppendAllLines(LogPath(name), lines);

    public void Dispose()
    {
        if (!IsKept)
        {
            _folder.Delete(recursive: true);
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();
}
