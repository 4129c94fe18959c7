using System.Runtime.Versioning;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

[SupportedOSPlatform("linux")]
public sealed class GitImportTests
{
    [Theory]
    [InlineData("main", "2")]
    [InlineData("HEAD", "2")]
    [InlineData("v1", "1")]
    [InlineData("COMMIT", "1")]
    [InlineData("SHORT", "1")]
    public async Task A_branch_a_tag_and_a_commit_of_a_repository_can_be_imported(string revision, string value)
    {
        await using var runtime = new ModuleRuntime(time: new FakeTimeProvider());
        GitRepository repository = RepositoryOf(runtime);
        string commit = repository.Commit("1", "v1");
        repository.Commit("2", "v2");

        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder, revision: revision switch
        {
            "COMMIT" => commit,
            "SHORT" => commit[..9],
            _ => revision,
        }));

        Assert.Equal(value, runtime.End);
    }

    [Fact]
    public async Task Another_revision_of_a_repository_that_was_fetched_before_can_be_older()
    {
        await using var runtime = new ModuleRuntime();
        GitRepository repository = RepositoryOf(runtime);
        string first = repository.Commit("1");
        repository.Commit("2");
        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));
        Assert.Equal("2", runtime.End);

        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder, revision: first[..10]));

        await Eventually.TrueAsync(() => runtime.End == "1");
    }

    [Fact]
    public async Task A_reload_that_names_a_revision_that_is_not_there_is_refused()
    {
        await using var runtime = new ModuleRuntime();
        GitRepository repository = RepositoryOf(runtime);
        repository.Commit("1");
        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));

        LoadResult result = await runtime.LoadAsync(GitRepository.Import(repository.Folder, revision: "nowhere"));

        Assert.False(result.Success);
        Assert.Contains("main.alloy:1:1: cannot fetch the module", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("couldn't find remote ref nowhere", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal("1", runtime.End);
        repository.Commit("2");
        await Eventually.TrueAsync(() => runtime.End == "2");
    }

    [Fact]
    public async Task A_repository_is_pulled_and_stands_in_when_it_is_gone()
    {
        await using var runtime = new ModuleRuntime();
        GitRepository repository = RepositoryOf(runtime);
        repository.Commit("1");
        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));

        repository.Commit("2");

        await Eventually.TrueAsync(() => runtime.End == "2");
        await runtime.LoadGoodAsync("");
        Directory.Delete(repository.Folder, recursive: true);
        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));
        Assert.Equal("2", runtime.End);
        Assert.Contains("git fetch failed", runtime.ImportHealth("import.git.m").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_version_to_fall_back_to_the_rest_runs_and_the_module_follows()
    {
        await using var runtime = new ModuleRuntime();
        GitRepository repository = RepositoryOf(runtime);
        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));
        Assert.Equal(HealthState.Healthy, runtime.Node("test.sink.other").Health.Current.State);
        Assert.Equal(HealthState.Unhealthy, runtime.Node("m.d.x").Health.Current.State);
        Assert.Equal(HealthState.Unhealthy, runtime.ImportHealth("import.git.m").State);

        repository.Commit("late");

        await Eventually.TrueAsync(() => runtime.Node("test.value.end").Exports is not null && runtime.End == "late");
        await Eventually.TrueAsync(() => runtime.ImportHealth("import.git.m").State == HealthState.Healthy);
    }

    [Theory]
    [InlineData("shallow.lock")]
    [InlineData("HEAD.lock")]
    public async Task What_a_git_that_was_killed_has_locked_is_unlocked(string file)
    {
        await using var runtime = new ModuleRuntime();
        GitRepository repository = RepositoryOf(runtime);
        repository.Commit("1");
        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));
        string clone = Assert.Single(Directory.GetDirectories(runtime.PathOf("storage/import.git.m"), "repository-*"));
        File.WriteAllText(Path.Combine(clone, file), "");

        repository.Commit("2");

        await Eventually.TrueAsync(() => runtime.End == "2");
    }

    [Fact]
    public async Task A_clone_that_a_power_cut_has_damaged_is_made_anew()
    {
        await using var runtime = new ModuleRuntime();
        GitRepository repository = RepositoryOf(runtime);
        repository.Commit("1");
        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));
        await runtime.LoadGoodAsync("");
        string storage = runtime.PathOf("storage/import.git.m");
        foreach (string file in Directory.EnumerateFiles(storage, "*", SearchOption.AllDirectories).Where(static path => path.Contains("/objects/", StringComparison.Ordinal)))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllBytes(file, []);
        }
        Directory.Delete(Assert.Single(Directory.GetDirectories(storage, "commit-*")), recursive: true);

        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));

        await Eventually.TrueAsync(() => runtime.Node("test.value.end").Exports is not null && runtime.End == "1");
    }

    [Fact]
    public async Task Only_the_version_that_runs_stays_on_disk()
    {
        await using var runtime = new ModuleRuntime();
        GitRepository repository = RepositoryOf(runtime);
        repository.Commit("1");
        await runtime.LoadGoodAsync(GitRepository.Import(repository.Folder));
        string last = repository.Commit("2");

        await Eventually.TrueAsync(() => runtime.End == "2");

        await Eventually.TrueAsync(() =>
            Directory.GetDirectories(runtime.PathOf("storage/import.git.m"), "commit-*").Select(Path.GetFileName).SequenceEqual([$"commit-{last}"]));
    }

    private static GitRepository RepositoryOf(ModuleRuntime runtime) => new(runtime.PathOf("repo"));
}
