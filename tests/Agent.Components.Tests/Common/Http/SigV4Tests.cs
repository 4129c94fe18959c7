using Agent.Components.Common.Http;
using Agent.Components.Common.Http.Cloud;
using Agent.Testing;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Common.Http;

public sealed class SigV4Tests
{
    private static readonly AwsCredentials Example = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    private static readonly SigV4Scope Scope = new("us-east-1", "service", new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero));

    /// <summary>From the test suite that AWS publishes: get-vanilla and post-vanilla.</summary>
    [Theory]
    [InlineData("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    public void A_request_is_signed_as_AWS_signs_it(string method, string signature)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "https://example.amazonaws.com/");
        SigV4.Sign(request, [], Example, Scope);
        Assert.Equal("20150830T123600Z", request.Headers.GetValues("x-amz-date").Single());
        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            + $"SignedHeaders=host;x-amz-date, Signature={signature}",
            request.Headers.GetValues("Authorization").Single());
    }

    [Fact]
    public async Task Credentials_of_the_environment_are_found_with_region_and_session()
    {
        using AwsCredentialSource source = Source(
            new SigV4Options(),
            ("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_SESSION_TOKEN", "token"), ("AWS_REGION", "eu-west-1"));
        Assert.Equal(new AwsCredentials("key", "secret", "token"), await source.GetAsync(CancellationToken.None));
        Assert.Equal("eu-west-1", await source.RegionAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_profile_is_read_from_both_files()
    {
        string folder = Directory.CreateTempSubdirectory("invar-aws-").FullName;
        string credentials = Path.Combine(folder, "credentials");
        string config = Path.Combine(folder, "config");
        await File.WriteAllTextAsync(
            credentials, "[default]\naws_access_key_id=no\naws_secret_access_key=no\n[work]\n# mine\naws_access_key_id = k\naws_secret_access_key = s=s\n");
        await File.WriteAllTextAsync(config, "[profile work]\nregion = eu-north-1\n");
        using AwsCredentialSource source = Source(
            new SigV4Options { Profile = "work" }, ("AWS_SHARED_CREDENTIALS_FILE", credentials), ("AWS_CONFIG_FILE", config));
        Assert.Equal(new AwsCredentials("k", "s=s"), await source.GetAsync(CancellationToken.None));
        Assert.Equal("eu-north-1", await source.RegionAsync(CancellationToken.None));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_role_is_assumed_with_the_machines_own_and_kept_until_it_ends()
    {
        var asked = new List<string>();
        var time = new FakeTimeProvider();
        await using HttpListenerHost host = await ServeAsync(async http =>
        {
            asked.Add($"{http.Request.Method} {http.Request.Path}");
            string expires = (time.GetUtcNow() + TimeSpan.FromHours(1)).ToString("O");
            string reply = http.Request.Path.Value switch
            {
                "/latest/api/token" => "session",
                "/latest/meta-data/iam/security-credentials/" => "node",
                "/latest/meta-data/iam/security-credentials/node" =>
                    $$"""{"Code":"Success","AccessKeyId":"a","SecretAccessKey":"b","Token":"c","Expiration":"{{expires}}"}""",
                _ => $"<R xmlns=\"https://sts\"><C><AccessKeyId>k</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{expires}</Expiration></C></R>",
            };
            await http.Response.WriteAsync(reply);
        });
        string url = $"http://localhost:{host.Port}";
        var options = new SigV4Options { Region = "eu-west-1", RoleArn = "arn:aws:iam::1:role/x", ExternalId = "e" };
        using var source = new AwsCredentialSource(
            options, new AwsServices(new Dictionary<string, string> { ["HOME"] = "/nonexistent" }, url, url + "/sts"), time);
        Assert.Equal(new AwsCredentials("k", "s", "t"), await source.GetAsync(CancellationToken.None));
        Assert.Equal(new AwsCredentials("k", "s", "t"), await source.GetAsync(CancellationToken.None));
        Assert.Equal(4, asked.Count);
        Assert.Equal("POST /sts", asked[^1]);
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(new AwsCredentials("k", "s", "t"), await source.GetAsync(CancellationToken.None));
        Assert.Equal(8, asked.Count);
        await host.StopAsync(new CancellationToken(true));
    }

    internal static async Task<HttpListenerHost> ServeAsync(RequestDelegate handle) => await HttpListenerHost.StartAsync(
        new HttpServerOptions { ListenAddress = "localhost", ListenPort = 0 }, 1 << 20, http => handle(http), CancellationToken.None);

    private static AwsCredentialSource Source(SigV4Options options, params (string Name, string Value)[] variables) => new(
        options, new AwsServices(variables.ToDictionary(static v => v.Name, static v => v.Value), "http://127.0.0.1:1", null), new FakeTimeProvider());
}
