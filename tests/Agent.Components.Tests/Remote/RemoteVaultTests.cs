using Agent.Components.Remote.Vault;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Components.Tests.Remote;

#pragma warning disable CA1001 // The test runner ends it through IAsyncLifetime.
public sealed class RemoteVaultTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string Read = "GET secret/data/app";
    private const string Login = "PUT auth/userpass/login/me";
    private const string RenewToken = "PUT auth/token/renew-self";
    private const string RenewLease = "PUT sys/leases/renew";

    private readonly FakeTimeProvider _time = new();
    private readonly TestComponentContext _context;
    private readonly CancellationTokenSource _stop = new();
    private readonly RemoteVault _component;
    private Task _run = Task.CompletedTask;
    private FakeVault _vault = null!;

    public RemoteVaultTests()
    {
        _context = new TestComponentContext("remote.vault.test", _time);
        _component = new RemoteVault(_context);
    }

    private static VaultAuthOptions User => new() { UserPass = new VaultUserPassAuth { Username = "me", Password = new Secret("pw") } };

    private ValueMap<Secret> Data => Assert.IsType<RemoteVault.Exports>(_context.LastExports).Data;

    private string Password => Data["password"].Reveal();

    public async Task InitializeAsync()
    {
        _vault = await FakeVault.StartAsync();
        _vault.Secret("one");
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _component.DisposeAsync();
        await _vault.DisposeAsync();
        _context.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_secret_is_there_once_the_arguments_are_without_what_is_no_text()
    {
        await ApplyAsync(Token("t") with { Namespace = "team" });
        Assert.Equal(new ValueMap<Secret>([new("password", new Secret("one"))]), Data);
        Assert.Equal((HealthState.Healthy, "retrieved secret"), (_context.Health, _context.HealthMessage));
        Assert.Equal((Read, "t", "team", ""), Assert.Single(_vault.Requests));
    }

    [Fact]
    public async Task Without_a_key_the_first_part_of_the_path_is_the_mount()
    {
        await ApplyAsync(Token("t") with { Path = "secret/app", Key = "" });
        Assert.Equal("one", Password);
    }

    [Fact]
    public async Task An_engine_of_version_1_is_read_and_remembered_as_such()
    {
        _vault.Answers["GET kv/app"] = (200, """{"lease_duration":300,"renewable":false,"data":{"password":"plain"}}""");
        await ApplyAsync(Token("t") with { Path = "kv" });
        Assert.Equal("plain", Password);

        // It says how long it may be used: after two thirds of that it is read again.
        _run = _component.RunAsync(_stop.Token);
        _vault.Answers["GET kv/app"] = (200, """{"lease_duration":300,"renewable":false,"data":{"password":"changed"}}""");
        await SettledAsync();
        _time.Advance(TimeSpan.FromSeconds(199));
        Assert.Equal(1, _vault.Count("GET kv/app"));
        await SettledAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => Password == "changed");
        Assert.Equal(1, _vault.Count("GET kv/data/app"));
    }

    [Fact]
    public async Task A_refusal_fails_the_evaluation_and_says_why()
    {
        _vault.GoodToken = "other";
        ComponentException failure = await Assert.ThrowsAsync<ComponentException>(() => ApplyAsync(Token("t")));
        Assert.Equal("polling failed: secret/data/app: the server answered 403 Forbidden: permission denied", failure.Message);
        Assert.Null(_context.LastExports);

        _vault.GoodToken = "t";
        await ApplyAsync(Token("t"));
        Assert.Equal("one", Password);
    }

    [Fact]
    public async Task The_secret_is_read_again_at_its_frequency_and_stays_while_that_fails()
    {
        await ApplyAsync(Token("t") with { RereadFrequency = TimeSpan.FromMinutes(1) });
        _run = _component.RunAsync(_stop.Token);
        _vault.Secret("two");
        await SettledAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => Password == "two");

        _vault.Answers[Read] = (400, """{"errors":["sealed\nfor good"]}""");
        await SettledAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => _context.Health == HealthState.Unhealthy);
        Assert.Equal("polling failed: secret/data/app: the server answered 400 Bad Request: sealed for good", _context.HealthMessage);
        Assert.Equal("two", Password);

        // It does not take as long as the frequency until it is tried again.
        _vault.Secret("three");
        await SettledAsync();
        _time.Advance(TimeSpan.FromSeconds(15));
        await Eventually.TrueAsync(() => _context.Health == HealthState.Healthy);
        Assert.Equal("three", Password);
    }

    [Fact]
    public async Task A_token_is_renewed_after_two_thirds_of_its_time_until_its_end_comes_near()
    {
        _vault.LoginSeconds = 300;
        _vault.Answers[RenewToken] = (200, """{"auth":{"client_token":"token-1","lease_duration":300,"renewable":true}}""");
        await ApplyAsync(Arguments(User));
        Assert.Equal("""{"password":"pw"}""", _vault.BodyOf(Login));
        _run = _component.RunAsync(_stop.Token);
        await SettledAsync();
        _time.Advance(TimeSpan.FromSeconds(200));
        await Eventually.TrueAsync(() => Counter("remote_vault_auth_lease_renewal_total") == 1);
        Assert.Equal("token-1", _vault.Requests.Last().Token);
        Assert.Equal(1, _vault.Count(Login));

        // Its greatest age is near: 20 seconds are not worth the wait.
        _vault.Answers[RenewToken] = (200, """{"auth":{"client_token":"token-1","lease_duration":20,"renewable":true}}""");
        await SettledAsync();
        _time.Advance(TimeSpan.FromSeconds(200));
        await Eventually.TrueAsync(() => Counter("remote_vault_auth_total") == 2);
        Assert.Equal(1, Counter("remote_vault_secret_reads_total"));
    }

    [Fact]
    public async Task Where_a_token_cannot_be_renewed_another_login_gives_a_new_one()
    {
        _vault.LoginSeconds = 300;
        _vault.Answers[RenewToken] = (403, """{"errors":["permission denied"]}""");
        await ApplyAsync(Arguments(User));
        _run = _component.RunAsync(_stop.Token);
        await SettledAsync();
        _time.Advance(TimeSpan.FromSeconds(200));
        await Eventually.TrueAsync(() => _vault.Count(Login) == 2);
        Assert.Equal(1, _vault.Count(RenewToken));
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_replaced_and_the_read_tried_again()
    {
        await ApplyAsync(Arguments(User) with { RereadFrequency = TimeSpan.FromMinutes(1) });
        _run = _component.RunAsync(_stop.Token);
        _vault.GoodToken = "token-2";
        _vault.Secret("two");
        await SettledAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => Password == "two");
        Assert.Equal(HealthState.Healthy, _context.Health);
        Assert.Equal(2, _vault.Count(Login));
    }

    [Fact]
    public async Task The_lease_of_a_secret_is_renewed_and_a_new_secret_read_where_it_ends()
    {
        _vault.Answers["GET database/creds/app"] =
            (200, """{"lease_id":"l1","lease_duration":300,"renewable":true,"data":{"password":"first"}}""");
        _vault.Answers[RenewLease] = (200, """{"lease_id":"l1","lease_duration":300,"renewable":true}""");
        await ApplyAsync(Token("t") with { Path = "database", Key = "creds/app" });
        _run = _component.RunAsync(_stop.Token);
        await SettledAsync();
        _time.Advance(TimeSpan.FromSeconds(200));
        await Eventually.TrueAsync(() => Counter("remote_vault_secret_lease_renewal_total") == 1);
        Assert.Equal("""{"lease_id":"l1"}""", _vault.BodyOf(RenewLease));
        Assert.Equal("first", Password);

        _vault.Answers[RenewLease] = (400, """{"errors":["lease not found"]}""");
        _vault.Answers["GET database/creds/app"] =
            (200, """{"lease_id":"l2","lease_duration":300,"renewable":true,"data":{"password":"second"}}""");
        await SettledAsync();
        _time.Advance(TimeSpan.FromSeconds(200));
        await Eventually.TrueAsync(() => Password == "second");
    }

    [Fact]
    public async Task Failures_of_the_server_are_tried_again_as_often_as_the_options_say()
    {
        _vault.Answers[Read] = (503, """{"errors":["Vault is sealed"]}""");
        Task apply = ApplyAsync(Token("t"));
        await AdvanceUntilAsync(() => apply.IsCompleted);
        ComponentException failure = await Assert.ThrowsAsync<ComponentException>(() => apply);
        Assert.Equal("polling failed: secret/data/app: the server answered 503 Service Unavailable: Vault is sealed", failure.Message);
        Assert.Equal(3, _vault.Count(Read));

        await Assert.ThrowsAsync<ComponentException>(() => ApplyAsync(Token("t") with { ClientOptions = new VaultClientOptions { MaxRetries = 0 } }));
        Assert.Equal(4, _vault.Count(Read));
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up()
    {
        _vault.Answers[Read] = (503, "");
        var patience = new VaultClientOptions { Timeout = TimeSpan.FromSeconds(5), MaxRetries = 1000 };
        Task apply = ApplyAsync(Token("t") with { ClientOptions = patience });
        await AdvanceUntilAsync(() => apply.IsCompleted);
        ComponentException failure = await Assert.ThrowsAsync<ComponentException>(() => apply);
        Assert.Equal("polling failed: secret/data/app: no answer within 5s", failure.Message);
    }

    [Fact]
    public async Task An_answer_that_is_not_that_of_Vault_is_no_secret()
    {
        _vault.Answers[Read] = (200, "<html>hello</html>");
        ComponentException failure = await Assert.ThrowsAsync<ComponentException>(() => ApplyAsync(Token("t")));
        Assert.Equal("polling failed: cannot understand the server's answer: it is not what Vault would say", failure.Message);
    }

    private static RemoteVault.Arguments ArgumentsFor(string url, VaultAuthOptions auth) => new()
    {
        Server = new Uri(url),
        Path = "secret",
        Key = "app",
        Auth = auth,
        // The tests' clock runs faster than answers come.
        ClientOptions = new VaultClientOptions { Timeout = TimeSpan.FromHours(10) },
    };

    private RemoteVault.Arguments Arguments(VaultAuthOptions auth) => ArgumentsFor(_vault.Url, auth);

    private RemoteVault.Arguments Token(string token) => Arguments(new VaultAuthOptions { Token = new VaultTokenAuth { Token = new Secret(token) } });

    private Task ApplyAsync(RemoteVault.Arguments arguments) => _component.ApplyAsync(arguments, CancellationToken.None).AsTask();

    private double Counter(string name) => _context.Metrics.Counter(name, "").Value;

    /// <summary>Until nothing but the loop's own timer runs.</summary>
    private Task SettledAsync() => Eventually.TrueAsync(() => _time.ArmedTimers == 1);

    private Task AdvanceUntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), condition);
}
