using System.Runtime.Versioning;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

[Collection(SshCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class GitSshTests : IAsyncLifetime, IDisposable
{
    private const string KnownHosts = "SSH_KNOWN_HOSTS";
    private const string Key = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private const string Passphrase = "open $(sesame) 'now'";
    private readonly SshStub _ssh = new();
    private readonly LineLogger _log = new();
    private readonly ModuleRuntime _runtime;
    private readonly GitRepository _repository;

    public GitSshTests()
    {
        _runtime = new ModuleRuntime(logging: new OneLog(_log));
        _repository = new GitRepository(_runtime.PathOf("repo"));
        _repository.Commit("1");
    }

    private string Storage => _runtime.PathOf("storage/import.git.m");

    private string Address => $"ssh://somebody@git.example{_repository.Folder}";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Environment.SetEnvironmentVariable(KnownHosts, null);
        await _runtime.DisposeAsync();
    }

    public void Dispose() => _ssh.Dispose();

    [Fact]
    public async Task A_key_as_text_is_a_file_of_its_owner_alone_and_only_while_git_runs()
    {
        await LoadAsync($"key = \"{Key}\\nabc\\n\"");

        Assert.Equal("1", _runtime.End);
        Assert.Contains($"key 600 {Storage}/key {Key}", _ssh.Calls);
        Assert.False(File.Exists(Path.Combine(Storage, "key")));
        Assert.DoesNotContain(Directory.EnumerateFiles(Storage, "*", SearchOption.AllDirectories), static file => File.ReadAllText(file).Contains(Key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("StrictHostKeyChecking=yes")]
    [InlineData("IdentitiesOnly=yes")]
    [InlineData("PreferredAuthentications=publickey")]
    [InlineData("BatchMode=yes")]
    public async Task Hosts_that_are_not_known_are_refused_and_nobody_is_asked(string option)
    {
        await LoadAsync($"key = \"{Key}\"");

        Assert.Contains("argument " + option, _ssh.Calls);
        Assert.Contains("argument -l\nargument robot\n", string.Join('\n', _ssh.Calls), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Known_hosts_are_those_of_the_variable_that_Alloy_reads()
    {
        Environment.SetEnvironmentVariable(KnownHosts, "/etc/one hosts:/etc/two");

        await LoadAsync($"key = \"{Key}\"");

        Assert.Contains("argument UserKnownHostsFile=\"/etc/one hosts\" \"/etc/two\"", _ssh.Calls);
    }

    [Theory]
    [InlineData("600", true)]
    [InlineData("400", true)]
    [InlineData("644", false)]
    [InlineData("640", false)]
    public async Task A_key_file_is_used_as_it_is_unless_ssh_would_refuse_it(string mode, bool isUsed)
    {
        string file = _runtime.PathOf("id");
        _runtime.Write("id", Key + "\nabc\n");
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(mode, 8));

        await LoadAsync($"key_file = \"{file}\"");

        Assert.Equal("1", _runtime.End);
        Assert.Contains(isUsed ? $"key {mode} {file} {Key}" : $"key 600 {Storage}/key {Key}", _ssh.Calls);
        Assert.False(File.Exists(Path.Combine(Storage, "key")));
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task A_passphrase_is_handed_over_when_asked_for_and_is_on_no_disk()
    {
        await LoadAsync($"key = \"{Key}\"\npassphrase = \"{Passphrase}\"");

        Assert.Equal("1", _runtime.End);
        Assert.Contains($"passphrase force 700 {Passphrase}", _ssh.Calls);
        Assert.Contains("argument BatchMode=no", _ssh.Calls);
        Assert.DoesNotContain(_ssh.Calls, static line => line.StartsWith("argument", StringComparison.Ordinal) && line.Contains(Passphrase, StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateFiles(Storage, "*", SearchOption.AllDirectories), static file => File.ReadAllText(file).Contains(Passphrase, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_key_the_system_has_its_own()
    {
        await LoadAsync("");

        Assert.Equal("1", _runtime.End);
        Assert.DoesNotContain("argument -i", _ssh.Calls);
        Assert.Contains("argument StrictHostKeyChecking=yes", _ssh.Calls);
    }

    [Fact]
    public async Task A_host_that_is_not_known_is_told_and_tried_again()
    {
        _ssh.Refuses = true;
        await LoadAsync($"key = \"{Key}\"");
        NodeHealth health = _runtime.ImportHealth("import.git.m");
        Assert.Equal(HealthState.Unhealthy, health.State);
        Assert.Contains("Host key verification failed", health.Message, StringComparison.Ordinal);
        Assert.Equal(HealthState.Healthy, _runtime.Node("test.sink.other").Health.Current.State);

        _ssh.Refuses = false;

        await Eventually.TrueAsync(() => _runtime.Node("test.value.end").Exports is not null && _runtime.End == "1");
        await Eventually.TrueAsync(() => !File.Exists(Path.Combine(Storage, "key")));
    }

    [Fact]
    public async Task A_key_file_that_is_missing_is_named()
    {
        await LoadAsync($"key_file = \"{_runtime.PathOf("nowhere")}\"");

        Assert.Contains("cannot prepare the SSH key: Could not find file", _runtime.ImportHealth("import.git.m").Message, StringComparison.Ordinal);
        Assert.Empty(_ssh.Calls);
    }

    private Task LoadAsync(string key) =>
        _runtime.LoadGoodAsync(GitRepository.Import(Address, $"ssh_key {{\n username = \"robot\"\n {key}\n}}"));
}
