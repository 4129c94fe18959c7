using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Common.Http.Cloud;
using Agent.Sdk;
using Agent.Testing;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Common.Http;

public sealed class CloudTokenTests : IDisposable
{
    private const string ClientId = "6a2a6c4f-3a0e-4a36-9d8c-08e2a0a7d7a1";
    private readonly FakeTimeProvider _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-cloud-").FullName;
    private readonly List<string> _asked = [];
    private readonly CloudClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Azure_gives_a_token_for_an_application_and_its_secret()
    {
        await using HttpListenerHost host = await ServeAsync();
        var options = new AzureAdOptions { OAuth = new AzureOAuth { ClientId = ClientId, ClientSecret = new Secret("s3"), TenantId = "t" } };
        CloudToken<string> token = await Azure(options, host).FetchAsync(CancellationToken.None);
        Assert.Equal(new CloudToken<string>("tok", _time.GetUtcNow() + TimeSpan.FromSeconds(3599)), token);
        Assert.Equal(
            $"POST /t/oauth2/v2.0/token client_id={ClientId}&client_secret=s3&grant_type=client_credentials&scope=https%3A%2F%2Fmonitor%2F%2F.default",
            Assert.Single(_asked));
    }

    [Fact]
    public async Task Azure_gives_a_token_for_that_of_a_service_account()
    {
        await using HttpListenerHost host = await ServeAsync();
        string file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, "jwt\n");
        var options = new AzureAdOptions
        {
            Scope = "https://other/.default",
            WorkloadIdentity = new AzureWorkloadIdentity { ClientId = ClientId, TenantId = ClientId, TokenFilePath = file },
        };
        await Azure(options, host).FetchAsync(CancellationToken.None);
        Assert.Contains("client_assertion=jwt&", Assert.Single(_asked), StringComparison.Ordinal);
        Assert.EndsWith("scope=https%3A%2F%2Fother%2F.default", _asked[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Azure_gives_a_token_for_the_machines_identity()
    {
        await using HttpListenerHost host = await ServeAsync();
        var options = new AzureAdOptions { ManagedIdentity = new AzureManagedIdentity { ClientId = ClientId } };
        Assert.Equal("tok", (await Azure(options, host).FetchAsync(CancellationToken.None)).Value);
        Assert.Equal(
            $"GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmonitor%2F&client_id={ClientId} ",
            Assert.Single(_asked));
    }

    [Fact]
    public async Task Google_gives_a_token_for_the_key_of_a_service_account()
    {
        await using HttpListenerHost host = await ServeAsync();
        using var key = RSA.Create(2048);
        string file = Path.Combine(_folder, "key.json");
        await File.WriteAllTextAsync(file, $$"""
            {"type":"service_account","client_email":"a@b","private_key_id":"1","token_uri":"http://localhost:{{host.Port}}/token",
             "private_key":"{{key.ExportPkcs8PrivateKeyPem().Replace("\n", "\\n", StringComparison.Ordinal)}}"}
            """);
        var source = new GoogleTokenSource(file, "http://unused", _client, _time);
        Assert.Equal("tok", (await source.FetchAsync(CancellationToken.None)).Value);
        string assertion = Assert.Single(_asked).Split("assertion=")[1];
        string[] parts = assertion.Split('.');
        Assert.True(key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        string claims = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1]));
        Assert.Contains("\"iss\":\"a@b\"", claims, StringComparison.Ordinal);
        Assert.Contains("monitoring.write", claims, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "does not say what type")]
    [InlineData("""{"type":"external_account"}""", "external_account")]
    [InlineData("""{"type":"service_account","client_email":"a"}""", "private_key is missing")]
    [InlineData("""{"type":"service_account","client_email":"a","private_key":"x"}""", "no private key")]
    [InlineData("[]", "no JSON object")]
    public async Task Google_credentials_that_cannot_be_used_are_named(string file, string error)
    {
        string path = Path.Combine(_folder, "bad.json");
        await File.WriteAllTextAsync(path, file);
        var source = new GoogleTokenSource(path, "http://unused", _client, _time);
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => source.FetchAsync(CancellationToken.None));
        Assert.Contains(error, failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_kept_until_shortly_before_it_ends()
    {
        int fetched = 0;
        using var cache = new CloudTokenCache<string>(
            _ => Task.FromResult(new CloudToken<string>($"{++fetched}", _time.GetUtcNow() + TimeSpan.FromHours(1))), _time);
        Assert.Equal("1", await cache.GetAsync(CancellationToken.None));
        _time.Advance(TimeSpan.FromMinutes(57));
        Assert.Equal("1", await cache.GetAsync(CancellationToken.None));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("2", await cache.GetAsync(CancellationToken.None));
        cache.Forget();
        Assert.Equal("3", await cache.GetAsync(CancellationToken.None));
    }

    private Task<HttpListenerHost> ServeAsync() => SigV4Tests.ServeAsync(async http =>
    {
        using var body = new StreamReader(http.Request.Body);
        _asked.Add($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {await body.ReadToEndAsync()}");
        await http.Response.WriteAsync("""{"token_type":"Bearer","expires_in":3599,"access_token":"tok"}""");
    });

    private AzureTokenSource Azure(AzureAdOptions options, HttpListenerHost host)
    {
        string url = $"http://localhost:{host.Port}";
        return new AzureTokenSource(options, new AzureServices(url, url, "https://monitor//.default"), _client, _time);
    }
}
