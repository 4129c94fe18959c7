using System.Text.Json;
using Agent.Sdk;
using Agent.Sdk.Modules;

namespace Agent.Components.Import;

/// <summary>One revision of one repository.</summary>
/// <remarks>
/// On disk: <c>repository-HASH</c> is a bare clone of what was fetched; <c>COMMIT</c> folders beside it hold the files of one commit each,
/// so that a module and those it imports by <c>module_path</c> are always of the same version; <c>module.json</c> names the last one that worked.
/// </remarks>
internal sealed class GitModule(ImportGit.Arguments arguments, ComponentContext context) : IModuleFetch
{
    private const int HashLength = 16;
    private const int LengthOfCommit = 40;
    private const string CommitPrefix = "commit-";
    private readonly GitProgram _git = new(arguments, context.StoragePath);

    private string Root => Path.GetFullPath(context.StoragePath);

    private string Clone => Path.Combine(Root, "repository-" + Hash(arguments.Repository));

    private string Last => Path.Combine(Root, "module.json");

    public async Task<ModuleContent> FetchAsync(CancellationToken stop)
    {
        Directory.CreateDirectory(Root);
        if (!File.Exists(Path.Combine(Clone, "HEAD")))
        {
            await _git.RunAsync(["init", "--quiet", "--bare", Clone], stop);
        }
        string commit = await CommitAsync(stop);
        await CheckOutAsync(commit, stop);
        return Content(commit);
    }

    public ModuleContent? LastGood()
    {
        try
        {
            using JsonDocument kept = JsonDocument.Parse(File.ReadAllBytes(Last));
            JsonElement root = kept.RootElement;
            bool isSame = root.GetProperty("repository").GetString() == arguments.Repository && root.GetProperty("revision").GetString() == arguments.Revision;
            return isSame ? Content(root.GetProperty("commit").GetString()!) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException
            or KeyNotFoundException or InvalidOperationException or ComponentException)
        {
            return null;
        }
    }

    public void Keep(ModuleContent content)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("repository", arguments.Repository);
            json.WriteString("revision", arguments.Revision);
            json.WriteString("commit", Path.GetFileName(content.Path)[CommitPrefix.Length..]);
            json.WriteEndObject();
        }
        string half = Last + ".new";
        File.WriteAllBytes(half, bytes.ToArray());
        File.Move(half, Last, overwrite: true);
        foreach (string folder in Directory.EnumerateDirectories(Root, CommitPrefix + "*"))
        {
            if (folder != content.Path)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    public void Dispose() => _git.Dispose();

    /// <summary>Fetches the one commit; where the server gives out no commits by name, all branches and tags.</summary>
    private async Task<string> CommitAsync(CancellationToken stop)
    {
        string wanted = arguments.Revision;
        try
        {
            await _git.RunAsync(["--git-dir", Clone, "fetch", "--quiet", "--depth", "1", "--no-tags", "--", arguments.Repository, wanted], stop);
            wanted = "FETCH_HEAD";
        }
        catch (ComponentException) when (wanted.Length is >= 7 and <= LengthOfCommit && wanted.All(char.IsAsciiHexDigit))
        {
            await _git.RunAsync(
                ["--git-dir", Clone, "fetch", "--quiet", "--force", "--", arguments.Repository, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], stop);
        }
        return (await _git.RunAsync(["--git-dir", Clone, "rev-parse", "--verify", wanted + "^{commit}"], stop)).Trim();
    }

    private async Task CheckOutAsync(string commit, CancellationToken stop)
    {
        string folder = FolderOf(commit);
        if (Directory.Exists(folder))
        {
            return;
        }
        string half = Path.Combine(Root, "half-" + commit);
        if (Directory.Exists(half))
        {
            Directory.Delete(half, recursive: true);
        }
        Directory.CreateDirectory(half);
        await _git.RunAsync(["--git-dir", Clone, "--work-tree", half, "checkout", "--quiet", "--force", commit, "--", "."], stop);
        Directory.Move(half, folder);
    }

    private ModuleContent Content(string commit)
    {
        string folder = FolderOf(commit);
        ModuleContent read = ModuleFiles.Read(Path.Combine(folder, arguments.Path));
        string shown = $"{arguments.Repository}@{commit[..Math.Min(commit.Length, HashLength)]}:";
        return new ModuleContent(
            [.. read.Files.Select(file => file with { Name = shown + Path.GetRelativePath(folder, file.Name) })],
            folder, $"{arguments.Repository}:{arguments.Path}");
    }

    private string FolderOf(string commit) => Path.Combine(Root, CommitPrefix + commit);

    private static string Hash(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..HashLength];
}
