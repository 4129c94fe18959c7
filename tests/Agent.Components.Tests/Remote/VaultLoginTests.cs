using System.Text;
using System.Text.Json;
using Agent.Components.Common.Http.Cloud;
using Agent.Components.Remote.Vault;
using Agent.Components.Tests.Discovery;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;
using Agent.Testing;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Remote;

public sealed class VaultLoginTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private FakeVault _vault = null!;
    private FakeHttpServer _cloud = null!;

    public async Task InitializeAsync()
    {
        _vault = await FakeVault.StartAsync();
        _cloud = await FakeHttpServer.StartAsync(static http => http.Response.WriteAsync(http.Request.Path.Value switch
        {
            "/latest/api/token" => "session",
            "/latest/dynamic/instance-identity/pkcs7" => "MI\nIB",
            "/metadata/identity/oauth2/token" => """{"access_token":"azure-jwt","expires_in":"3600"}""",
            "/metadata/instance/compute" => """{"name":"vm","resourceGroupName":"group","subscriptionId":"sub","vmScaleSetName":""}""",
            "/computeMetadata/v1/instance/service-accounts/default/identity" => "google-jwt",
            "/computeMetadata/v1/instance/service-accounts/default/token" => """{"access_token":"google","expires_in":3600}""",
            "/v1/projects/-/serviceAccounts/me@x.iam:signJwt" => $$"""{"signedJwt":"signed-{{http.Request.Headers.Authorization}}"}""",
            _ => "",
        }));
    }

    public async Task DisposeAsync()
    {
        await _vault.DisposeAsync();
        await _cloud.DisposeAsync();
    }

    [Fact]
    public async Task AppRole_sends_role_and_secret()
    {
        var auth = new VaultAuthOptions { AppRole = new VaultAppRoleAuth { RoleId = "r", Secret = new Secret("s"), MountPath = "my/roles" } };
        VaultAnswer answer = await LoginAsync(auth);
        Assert.Equal("token-1", answer.Token);
        Assert.Equal("""{"role_id":"r","secret_id":"s"}""", _vault.BodyOf("PUT auth/my/roles/login"));
    }

    [Fact]
    public async Task A_wrapped_secret_is_unwrapped_once()
    {
        _vault.Answers["PUT sys/wrapping/unwrap"] = (200, """{"data":{"secret_id":"inner"}}""");
        var auth = new VaultAuthOptions { AppRole = new VaultAppRoleAuth { RoleId = "r", Secret = new Secret("wrap"), WrappingToken = true } };
        using VaultClient client = Connect();
        VaultLogin login = Open(auth, client);
        await login.LoginAsync(CancellationToken.None);
        await login.LoginAsync(CancellationToken.None);
        Assert.Equal("""{"role_id":"r","secret_id":"inner"}""", _vault.BodyOf("PUT auth/approle/login"));
        Assert.Equal("wrap", Assert.Single(_vault.Requests, static request => request.Line == "PUT sys/wrapping/unwrap").Token);
    }

    [Fact]
    public async Task Kubernetes_sends_the_token_of_the_service_account()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "jwt\n");
        await LoginAsync(new VaultAuthOptions { Kubernetes = new VaultKubernetesAuth { Role = "agent", ServiceAccountFile = file } });
        Assert.Equal("""{"role":"agent","jwt":"jwt"}""", _vault.BodyOf("PUT auth/kubernetes/login"));
        File.Delete(file);
        HttpRequestException failure = await Assert.ThrowsAsync<HttpRequestException>(
            () => LoginAsync(new VaultAuthOptions { Kubernetes = new VaultKubernetesAuth { Role = "agent", ServiceAccountFile = file } }));
        Assert.StartsWith("cannot authenticate: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_of_ldap_are_named_by_the_path()
    {
        await LoginAsync(new VaultAuthOptions { Ldap = new VaultLdapAuth { Username = "a b", Password = new Secret("p\"") } });
        Assert.Equal("p\"", Field("PUT auth/ldap/login/a b", "password"));
    }

    [Fact]
    public async Task A_custom_login_writes_its_data_in_its_namespace()
    {
        var auth = new VaultAuthOptions
        {
            Custom = new VaultCustomAuth { Path = "auth/mine/login", Namespace = "above", Data = new ValueMap<Secret>([new("pin", new Secret("1"))]) },
        };
        await LoginAsync(auth);
        (string line, _, string space, string body) = Assert.Single(_vault.Requests);
        Assert.Equal(("PUT auth/mine/login", "above", """{"pin":"1"}"""), (line, space, body));
    }

    [Fact]
    public async Task Credentials_of_AWS_sign_a_request_that_Vault_sends()
    {
        await LoginAsync(new VaultAuthOptions { Aws = new VaultAwsAuth { Type = VaultAwsKind.Iam, IamServerIdHeader = "vault.example.com", Role = "r" } });
        const string line = "PUT auth/aws/login";
        Assert.Equal("https://sts.us-east-1.amazonaws.com/", Decoded(line, "iam_request_url"));
        Assert.Equal("Action=GetCallerIdentity&Version=2011-06-15", Decoded(line, "iam_request_body"));
        using var headers = JsonDocument.Parse(Decoded(line, "iam_request_headers"));
        Assert.Equal("vault.example.com", headers.RootElement.GetProperty("x-vault-aws-iam-server-id")[0].GetString());
        Assert.StartsWith(
            "AWS4-HMAC-SHA256 Credential=key/20240506/us-east-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-vault-aws-iam-server-id, ",
            headers.RootElement.GetProperty("Authorization")[0].GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_of_AWS_shows_its_identity()
    {
        await LoginAsync(new VaultAuthOptions { Aws = new VaultAwsAuth { Type = VaultAwsKind.Ec2, Role = "r" } });
        Assert.Equal("MIIB", Field("PUT auth/aws/login", "pkcs7"));
        Assert.Equal(36, Field("PUT auth/aws/login", "nonce").Length);
    }

    [Fact]
    public async Task A_machine_of_Azure_shows_its_token_and_its_place()
    {
        await LoginAsync(new VaultAuthOptions { Azure = new VaultAzureAuth { Role = "r" } });
        Assert.Equal(
            """{"role":"r","jwt":"azure-jwt","vm_name":"vm","vmss_name":"","subscription_id":"sub","resource_group_name":"group"}""",
            _vault.BodyOf("PUT auth/azure/login"));
    }

    [Theory]
    [InlineData(VaultGcpKind.Gce, "google-jwt")]
    [InlineData(VaultGcpKind.Iam, "signed-Bearer google")]
    public async Task Google_Cloud_vouches_for_a_machine_or_an_account(VaultGcpKind kind, string statement)
    {
        await LoginAsync(new VaultAuthOptions { Gcp = new VaultGcpAuth { Role = "r", Type = kind, IamServiceAccount = "me@x.iam" } });
        Assert.Equal(statement, Field("PUT auth/gcp/login", "jwt"));
    }

    [Fact]
    public void Exactly_one_way_to_log_in_has_to_be_given()
    {
        Assert.Equal("exactly one auth.* block must be specified; found none", ErrorOf());
        BlockValue token = Block("auth.token", Text("token", "t"));
        Assert.Equal("exactly one auth.* block must be specified; found 2", ErrorOf(token, Block("auth.kubernetes", Text("role", "r"))));
        Assert.Equal("", ErrorOf(token, Block("client_options", Text("timeout", "5s"))));
        Assert.Equal("client_options.timeout must be greater than 0", ErrorOf(token, Block("client_options", Text("timeout", "0s"))));
    }

    [Fact]
    public void The_environment_says_how_the_server_is_trusted()
    {
        string folder = Directory.CreateTempSubdirectory("invar-vault-").FullName;
        File.WriteAllText(Path.Combine(folder, "b.pem"), "B");
        File.WriteAllText(Path.Combine(folder, "a.pem"), "A");
        var variables = new Dictionary<string, string> { ["VAULT_CAPATH"] = folder, ["VAULT_NAMESPACE"] = "n", ["VAULT_SKIP_VERIFY"] = "true" };
        var arguments = new RemoteVault.Arguments { Server = new Uri("https://vault"), Path = "a/b" };
        VaultServer server = VaultServer.From(arguments, variables.GetValueOrDefault);
        Assert.Equal(("n", "A\nB", true), (server.Namespace, server.Tls.CaPem, server.Tls.InsecureSkipVerify));
        Assert.Equal("mine", VaultServer.From(arguments with { Namespace = "mine" }, variables.GetValueOrDefault).Namespace);
        Directory.Delete(folder, recursive: true);
    }

    private static string ErrorOf(params BlockValue[] blocks)
    {
        var found = new DiagnosticBag();
        var block = new BlockValue(
            "remote.vault", "x", default, [Text("server", "https://vault:8200"), Text("path", "secret/app")], blocks);
        global::Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "remote.vault").Decode(block, found);
        return string.Join('\n', found.Select(static one => one.Message));
    }

    private static BlockValue Block(string name, params AttributeValue[] attributes) => new(name, null, default, attributes, []);

    private static AttributeValue Text(string name, string value) => new(name, Value.Of(value), default, default);

    private string Field(string line, string name)
    {
        using var body = JsonDocument.Parse(_vault.BodyOf(line));
        return body.RootElement.GetProperty(name).GetString()!;
    }

    private string Decoded(string line, string name) => Encoding.UTF8.GetString(Convert.FromBase64String(Field(line, name)));

    private async Task<VaultAnswer> LoginAsync(VaultAuthOptions auth)
    {
        using VaultClient client = Connect();
        return await Open(auth, client).LoginAsync(CancellationToken.None);
    }

    private VaultClient Connect()
    {
        var server = new VaultServer(new Uri(_vault.Url), "", new());
        return new VaultClient(server.Connect(_time), server, new VaultClientOptions(), _time);
    }

    private VaultLogin Open(VaultAuthOptions auth, VaultClient client)
    {
        var variables = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = "key", ["AWS_SECRET_ACCESS_KEY"] = "secret" };
        return new VaultLogin(auth, client, new VaultClouds(new AwsServices(variables, _cloud.Url, null), _cloud.Url, _cloud.Url, _cloud.Url), _time);
    }
}
