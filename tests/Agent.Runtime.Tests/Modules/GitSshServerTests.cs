using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

[Collection(SshCollection.Name)]
public sealed class GitSshServerTests : IAsyncLifetime, IAsyncDisposable
{
    private const string KnownHosts = "SSH_KNOWN_HOSTS";
    private const string Passphrase = "open $(sesame) 'now'";
    private readonly ModuleRuntime _runtime = new();
    private readonly GitRepository _repository;

    public GitSshServerTests()
    {
        _repository = new GitRepository(_runtime.PathOf("repo"));
        _repository.Commit("1");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(KnownHosts, null);
        await _runtime.DisposeAsync();
    }

    [SshServerFact]
    public async Task A_key_with_a_passphrase_opens_the_repository()
    {
        using SshServer server = await SshServer.StartAsync(_runtime.PathOf("ssh"), Passphrase);
        Environment.SetEnvironmentVariable(KnownHosts, server.KnownHosts);

        await _runtime.LoadGoodAsync(Text(server, $"key_file = \"{server.KeyFile}\"\n passphrase = \"{Passphrase}\""));

        Assert.Equal("1", _runtime.End);
        _repository.Commit("2");
        await Eventually.TrueAsync(() => _runtime.End == "2");
    }

    [SshServerFact]
    public async Task A_key_as_text_opens_the_repository()
    {
        using SshServer server = await SshServer.StartAsync(_runtime.PathOf("ssh"), "");
        Environment.SetEnvironmentVariable(KnownHosts, server.KnownHosts);
        string key = (await File.ReadAllTextAsync(server.KeyFile)).Replace("\n", "\\n", StringComparison.Ordinal);

        await _runtime.LoadGoodAsync(Text(server, $"key = \"{key}\""));

        Assert.Equal("1", _runtime.End);
    }

    [SshServerFact]
    public async Task A_wrong_passphrase_is_refused_without_a_word_of_it()
    {
        using SshServer server = await SshServer.StartAsync(_runtime.PathOf("ssh"), Passphrase);
        Environment.SetEnvironmentVariable(KnownHosts, server.KnownHosts);

        await _runtime.LoadGoodAsync(Text(server, $"key_file = \"{server.KeyFile}\"\n passphrase = \"wr0ng-one\""));

        AssertRefused("Permission denied (publickey)");
    }

    [SshServerFact]
    public async Task A_host_that_is_not_known_is_refused()
    {
        using SshServer server = await SshServer.StartAsync(_runtime.PathOf("ssh"), "");
        Environment.SetEnvironmentVariable(KnownHosts, "/dev/null");

        await _runtime.LoadGoodAsync(Text(server, $"key_file = \"{server.KeyFile}\""));

        AssertRefused("Host key verification failed");
    }

    private void AssertRefused(string cause)
    {
        NodeHealth health = _runtime.ImportHealth("import.git.m");
        Assert.Equal(HealthState.Unhealthy, health.State);
        Assert.Contains(cause, health.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng-one", health.Message, StringComparison.Ordinal);
        Assert.Equal(HealthState.Healthy, _runtime.Node("test.sink.other").Health.Current.State);
    }

    private string Text(SshServer server, string key) =>
        GitRepository.Import(FormattableString.Invariant($"ssh://127.0.0.1:{server.Port}{_repository.Folder}"), $"ssh_key {{\n username = \"{Environment.UserName}\"\n {key}\n}}");
}

/// <summary>Tests that set what the environment says of SSH, one at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SshCollection
{
    public const string Name = "ssh";
}
