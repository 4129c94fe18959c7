using System.Security.Cryptography;
using System.Text;
using Agent.Sdk;
using Agent.Sdk.Modules;

namespace Agent.Components.Import;

/// <summary>One revision of one repository.</summary>
/// <remarks>
/// On disk: <c>repository-HASH</c> is a bare clone of what was fetched; <c>commit-COMMIT</c> folders beside it hold the files of one commit each,
/// so that a module and those it imports by <c>module_path</c> are always of the same version; <c>module.json</c> names the last one that worked.
/// </remarks>
internal sealed class GitModule : IModuleFetch
{
    private const int HashLength = 16;
    private const int ShortestCommit = 7;
    private const int LengthOfCommit = 40;
    private const string CommitPrefix = "commit-";
    /// <summary>What git says of a clone that is not whole.</summary>
    private const string Damage = "is corrupt";

    private const string HalfPrefix = "half-";

    /// <summary>Git's word for no limit, which also completes a clone that had one.</summary>
    private const string WholeHistory = "2147483647";
    private readonly ImportGit.Arguments _arguments;
    private readonly GitAddress _address;
    private readonly GitProgram _git;
    private readonly KeptVersion _kept;
    private readonly string _root;
    private readonly string _clone;

    public GitModule(ImportGit.Arguments arguments, ComponentContext context)
    {
        _arguments = arguments;
        _address = GitAddress.Of(arguments.Repository);
        _root = Path.GetFullPath(context.StoragePath);
        _clone = Path.Combine(_root, "repository-" + Hash(_address.Repository));
        _git = new GitProgram(new GitCredentials(_address, arguments.BasicAuth), new GitSsh(arguments.SshKey, _root));
        _kept = new KeptVersion(_root, "commit", ("repository", _address.Repository), ("revision", arguments.Revision));
    }

    public async Task<ModuleContent> FetchAsync(CancellationToken stop)
    {
        try
        {
            Directory.CreateDirectory(_root);
            RemoveLocks();
            if (!File.Exists(Path.Combine(_clone, "HEAD")))
            {
                await GitProgram.RunAsync(["init", "--quiet", "--bare", _clone], stop);
            }
            string commit = await CommitAsync(stop);
            await CheckOutAsync(commit, stop);
            return Content(commit);
        }
        catch (ComponentException exception) when (exception.Message.Contains(Damage, StringComparison.Ordinal))
        {
            // As after a power cut. The next attempt makes another clone.
            Directory.Delete(_clone, recursive: true);
            throw;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot keep the repository on disk: {exception.Message}", exception);
        }
    }

    public ModuleContent? LastGood()
    {
        try
        {
            return _kept.Read() is { } commit ? Content(commit) : null;
        }
        catch (ComponentException)
        {
            // Somebody has removed the folder.
            return null;
        }
    }

    public void Keep(ModuleContent content)
    {
        _kept.Write(Path.GetFileName(content.Path)[CommitPrefix.Length..]);
        foreach (string folder in Directory.EnumerateDirectories(_root).Where(folder => folder != content.Path && IsCheckOut(Path.GetFileName(folder))))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose()
    {
        // Nothing is open between two fetches.
    }

    /// <summary>Nobody else uses the clone: what is locked was locked by a git that was killed.</summary>
    private void RemoveLocks()
    {
        if (Directory.Exists(_clone))
        {
            foreach (string locked in Directory.EnumerateFiles(_clone, "*.lock", SearchOption.AllDirectories))
            {
                File.Delete(locked);
            }
        }
    }

    /// <summary>Fetches the one commit; where the server gives out no commits by name, all branches and tags.</summary>
    private async Task<string> CommitAsync(CancellationToken stop)
    {
        string wanted = _arguments.Revision;
        try
        {
            await _git.AskServerAsync(Fetch("--depth", "1", "--no-tags", "--", _address.Repository, wanted), stop);
            wanted = "FETCH_HEAD";
        }
        catch (ComponentException) when (wanted.Length is >= ShortestCommit and <= LengthOfCommit && wanted.All(char.IsAsciiHexDigit))
        {
            await _git.AskServerAsync(
                Fetch("--depth", WholeHistory, "--force", "--", _address.Repository, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"), stop);
        }
        return (await GitProgram.RunAsync(["--git-dir", _clone, "rev-parse", "--verify", wanted + "^{commit}"], stop)).Trim();
    }

    /// <summary>Git tidies up after some fetches: not behind our back, where it would hold locks.</summary>
    private string[] Fetch(params string[] arguments) =>
        ["-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false", "--git-dir", _clone, "fetch", "--quiet", .. arguments];

    private async Task CheckOutAsync(string commit, CancellationToken stop)
    {
        string folder = FolderOf(commit);
        if (Directory.Exists(folder))
        {
            return;
        }
        string half = Path.Combine(_root, HalfPrefix + commit);
        if (Directory.Exists(half))
        {
            Directory.Delete(half, recursive: true);
        }
        Directory.CreateDirectory(half);
        await GitProgram.RunAsync(["--git-dir", _clone, "--work-tree", half, "checkout", "--quiet", "--force", commit, "--", "."], stop);
        Directory.Move(half, folder);
    }

    private ModuleContent Content(string commit)
    {
        string folder = FolderOf(commit);
        ModuleContent read = ModuleFiles.Read(Path.Combine(folder, _arguments.Path));
        string shown = $"{_address.Repository}@{commit[..Math.Min(commit.Length, HashLength)]}:";
        return new ModuleContent(
            [.. read.Files.Select(file => file with { Name = shown + Path.GetRelativePath(folder, file.Name) })],
            folder, $"{_address.Repository}:{_arguments.Path}");
    }

    private static bool IsCheckOut(string name) => name.StartsWith(CommitPrefix, StringComparison.Ordinal) || name.StartsWith(HalfPrefix, StringComparison.Ordinal);

    private string FolderOf(string commit) => Path.Combine(_root, CommitPrefix + commit);

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength];
}
