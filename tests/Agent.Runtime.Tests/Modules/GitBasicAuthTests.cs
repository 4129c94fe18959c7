using System.Text;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

public sealed class GitBasicAuthTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Password = "s3cret p%40ss\"w\\rd$(id)";
    private readonly LineLogger _log = new();
    private readonly ModuleRuntime _runtime;
    private readonly GitRepository _repository;
    private GitHttpServer? _server;

    public GitBasicAuthTests()
    {
        _runtime = new ModuleRuntime(logging: new OneLog(_log));
        _repository = new GitRepository(_runtime.PathOf("served/repo"));
        _repository.Commit("1");
    }

    private GitHttpServer Server => _server!;

    private string Address => Server.Address + "/repo/.git";

    public async Task InitializeAsync()
    {
        _server = await GitHttpServer.StartAsync(_runtime.PathOf("served"));
        Server.Credentials = "robot:" + Password;
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _runtime.DisposeAsync();
        await Server.DisposeAsync();
    }

    [GitHttpTheory]
    [InlineData("argument")]
    [InlineData("file")]
    [InlineData("address")]
    public async Task A_password_opens_the_repository_and_shows_nowhere(string place)
    {
        _runtime.Write("password", Password + "\n");

        await _runtime.LoadGoodAsync(place switch
        {
            "argument" => GitRepository.Import(Address, With(Password)),
            "file" => GitRepository.Import(Address, $"basic_auth {{\n username = \"robot\"\n password_file = \"{_runtime.PathOf("password")}\"\n}}"),
            _ => GitRepository.Import(Address.Replace("//", $"//robot:{Uri.EscapeDataString(Password)}@", StringComparison.Ordinal)),
        });

        Assert.Equal("1", _runtime.End);
        _repository.Commit("2");
        await Eventually.TrueAsync(() => _runtime.End == "2");
        AssertHidden();
    }

    [GitHttpFact]
    public async Task A_wrong_password_is_told_without_it_while_the_last_version_runs()
    {
        await _runtime.LoadGoodAsync(GitRepository.Import(Address, With(Password)));

        await _runtime.LoadGoodAsync(GitRepository.Import(Address, With("wr0ng-one")));

        NodeHealthIs("Authentication failed for");
        Assert.Equal("1", _runtime.End);
        Assert.DoesNotContain(_log.Lines, static line => line.Text.Contains("wr0ng-one", StringComparison.Ordinal));
        Assert.DoesNotContain("wr0ng-one", _runtime.ImportHealth("import.git.m").Message, StringComparison.Ordinal);

        await _runtime.LoadGoodAsync("");
        await _runtime.LoadGoodAsync(GitRepository.Import(Address, With("wr0ng-one")));

        Assert.Equal("1", _runtime.End);
        NodeHealthIs("Authentication failed for");
        AssertHidden();
    }

    [GitHttpFact]
    public async Task A_wrong_password_at_the_first_start_keeps_nothing_else_from_running()
    {
        await _runtime.LoadGoodAsync(GitRepository.Import(Address, With("later")));
        NodeHealthIs("Authentication failed for");
        Assert.Equal(HealthState.Healthy, _runtime.Node("test.sink.other").Health.Current.State);
        Assert.Equal(HealthState.Unhealthy, _runtime.Node("m.d.x").Health.Current.State);

        Server.Credentials = "robot:later";

        await Eventually.TrueAsync(() => _runtime.Node("test.value.end").Exports is not null && _runtime.End == "1");
    }

    [GitHttpFact]
    public async Task Without_credentials_a_repository_that_wants_some_asks_nobody()
    {
        await _runtime.LoadGoodAsync(GitRepository.Import(Address));

        NodeHealthIs("could not read Username");
    }

    [GitHttpFact]
    public async Task Another_host_that_the_server_names_does_not_get_the_password()
    {
        await using GitHttpServer other = await GitHttpServer.StartAsync(_runtime.PathOf("served"));
        other.Credentials = Server.Credentials;
        Server.MovedTo = other.Address;

        await _runtime.LoadGoodAsync(GitRepository.Import(Address, With(Password)));

        NodeHealthIs("git fetch failed");
        Assert.Empty(other.Authorizations);
    }

    [GitHttpFact]
    public async Task A_server_that_is_gone_leaves_the_last_version()
    {
        string text = GitRepository.Import(Address, With(Password));
        await _runtime.LoadGoodAsync(text);
        await _runtime.LoadGoodAsync("");
        await Server.DisposeAsync();

        await _runtime.LoadGoodAsync(text);

        Assert.Equal("1", _runtime.End);
        NodeHealthIs("git fetch failed");
        AssertHidden();
    }

    private static string With(string password) =>
        $"basic_auth {{\n username = \"robot\"\n password = {"\"" + password.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\""}\n}}";

    private void NodeHealthIs(string cause)
    {
        (HealthState state, string message) = (_runtime.ImportHealth("import.git.m").State, _runtime.ImportHealth("import.git.m").Message);
        Assert.Equal(HealthState.Unhealthy, state);
        Assert.Contains(cause, message, StringComparison.Ordinal);
    }

    /// <summary>No argument of a process, no line of the log, no file of the agent's and no diagnostic holds the password.</summary>
    private void AssertHidden()
    {
        string[] forms = [Password, Uri.EscapeDataString(Password), Convert.ToBase64String(Encoding.UTF8.GetBytes("robot:" + Password))];
        Assert.Contains(Server.Processes, static all => all.Contains("fetch", StringComparison.Ordinal));
        IEnumerable<string> texts =
        [
            .. Server.Processes,
            .. _log.Lines.Select(static line => line.Text),
            .. Directory.EnumerateFiles(_runtime.PathOf("storage"), "*", SearchOption.AllDirectories).Select(File.ReadAllText),
            .. _runtime.Agent.Graph.Nodes.Select(static node => node.Health.Current.Message),
        ];
        Assert.DoesNotContain(texts, text => forms.Any(form => text.Contains(form, StringComparison.Ordinal)));
    }
}
