using System.Text;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Testing;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Common.Http;

public sealed class HttpClientBuilderTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-http-").FullName;

    [Fact]
    public async Task Basic_authentication_sends_user_and_password()
    {
        var options = new HttpClientOptions { BasicAuth = new BasicAuthOptions { Username = "me", Password = new Secret("pass") } };
        Assert.Equal("Basic " + Convert.ToBase64String("me:pass"u8), await AuthorizationOf(options));
    }

    [Fact]
    public async Task Bearer_tokens_and_other_types_are_sent_as_written()
    {
        Assert.Equal("Bearer t", await AuthorizationOf(new HttpClientOptions { BearerToken = new Secret("t") }));
        var custom = new AuthorizationOptions { Type = " Token ", Credentials = new Secret("c") };
        Assert.Equal("Token c", await AuthorizationOf(new HttpClientOptions { Authorization = custom }));
        Assert.Equal("", await AuthorizationOf(new HttpClientOptions()));
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_it_changes()
    {
        string file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, "first\n");
        await using HttpListenerHost server = await Server(http => http.Response.WriteAsync(http.Request.Headers.Authorization.ToString()));
        using HttpClient client = HttpClientBuilder.Build(new HttpClientOptions { BearerTokenFile = file }, _time);
        Assert.Equal("Bearer first", await client.GetStringAsync(UrlOf(server)));
        await File.WriteAllTextAsync(file, "the second");
        Assert.Equal("Bearer the second", await client.GetStringAsync(UrlOf(server)));
        File.Delete(file);
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(UrlOf(server)));
        Assert.Contains(file, failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("second", failed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extra_headers_are_sent_with_each_request()
    {
        var options = new HttpClientOptions
        {
            HttpHeaders = new ValueMap<ValueList<Secret>>([new("X-Key", [new Secret("a"), new Secret("b")])]),
        };
        await using HttpListenerHost server = await Server(http => http.Response.WriteAsync(http.Request.Headers["X-Key"].ToString()));
        using HttpClient client = HttpClientBuilder.Build(options, _time);
        Assert.Equal("a,b", (await client.GetStringAsync(UrlOf(server))).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_oauth2_token_is_fetched_once_and_renewed_before_it_expires()
    {
        int fetched = 0;
        string form = "";
        string identity = "";
        await using HttpListenerHost server = await Server(async http =>
        {
            if (http.Request.Path != "/token")
            {
                await http.Response.WriteAsync(http.Request.Headers.Authorization.ToString());
                return;
            }
            using var reader = new StreamReader(http.Request.Body);
            form = await reader.ReadToEndAsync();
            identity = http.Request.Headers.Authorization.ToString();
            await http.Response.WriteAsync($$"""{"access_token":"t{{++fetched}}","token_type":"bearer","expires_in":60}""");
        });
        using HttpClient client = HttpClientBuilder.Build(new HttpClientOptions { OAuth2 = OAuth2(server) }, _time);
        Assert.Equal("Bearer t1", await client.GetStringAsync(UrlOf(server)));
        Assert.Equal("Bearer t1", await client.GetStringAsync(UrlOf(server)));
        Assert.Equal("grant_type=client_credentials&scope=one+two&audience=logs", form);
        Assert.Equal("Basic " + Convert.ToBase64String("id:s%26cret"u8), identity);
        _time.Advance(TimeSpan.FromSeconds(51));
        Assert.Equal("Bearer t2", await client.GetStringAsync(UrlOf(server)));
    }

    [Fact]
    public async Task An_oauth2_server_that_refuses_basic_authentication_gets_the_identity_in_the_form()
    {
        await using HttpListenerHost server = await Server(async http =>
        {
            if (http.Request.Path != "/token")
            {
                await http.Response.WriteAsync(http.Request.Headers.Authorization.ToString());
                return;
            }
            using var reader = new StreamReader(http.Request.Body);
            bool inForm = (await reader.ReadToEndAsync()).Contains("client_id=id&client_secret=s%26cret", StringComparison.Ordinal);
            http.Response.StatusCode = inForm ? 200 : 401;
            await http.Response.WriteAsync("""{"access_token":"t"}""");
        });
        using HttpClient client = HttpClientBuilder.Build(new HttpClientOptions { OAuth2 = OAuth2(server) }, _time);
        Assert.Equal("Bearer t", await client.GetStringAsync(UrlOf(server)));
    }

    [Fact]
    public async Task An_oauth2_failure_tells_the_status_and_no_secret()
    {
        await using HttpListenerHost server = await Server(http =>
        {
            http.Response.StatusCode = 403;
            return http.Response.WriteAsync("s&cret is wrong");
        });
        using HttpClient client = HttpClientBuilder.Build(new HttpClientOptions { OAuth2 = OAuth2(server) }, _time);
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(UrlOf(server)));
        Assert.Contains("403", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s&cret", failed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_servers_certificate_is_checked_against_the_given_authority()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority();
        await using HttpListenerHost server = await TlsServer(authority.Sign("localhost"));
        await RequestAsync(server, new TlsClientOptions { CaPem = authority.Pem });
        await RequestAsync(server, new TlsClientOptions { InsecureSkipVerify = true });
        await Assert.ThrowsAsync<HttpRequestException>(() => RequestAsync(server, new TlsClientOptions { CaPem = stranger.Pem }));
        await Assert.ThrowsAsync<HttpRequestException>(() => RequestAsync(server, new TlsClientOptions()));
    }

    [Fact]
    public async Task The_server_name_replaces_the_hosts_name_in_the_check()
    {
        using var authority = new TestAuthority();
        await using HttpListenerHost server = await TlsServer(authority.Sign("loki.example"));
        await Assert.ThrowsAsync<HttpRequestException>(() => RequestAsync(server, new TlsClientOptions { CaPem = authority.Pem }));
        await RequestAsync(server, new TlsClientOptions { CaPem = authority.Pem, ServerName = "loki.example" });
        await Assert.ThrowsAsync<HttpRequestException>(
            () => RequestAsync(server, new TlsClientOptions { CaPem = authority.Pem, ServerName = "other.example" }));
    }

    [Fact]
    public async Task A_client_certificate_is_shown_and_its_files_are_read_again()
    {
        using var authority = new TestAuthority();
        TestCertificate client = authority.Sign("client");
        await using HttpListenerHost server = await TlsServer(authority.Sign("localhost"), new TlsServerOptions
        {
            ClientAuthType = "RequireAndVerifyClientCert",
            ClientCaPem = authority.Pem,
        });
        string cert = Path.Combine(_folder, "cert.pem");
        string key = Path.Combine(_folder, "key.pem");
        var options = new TlsClientOptions { CaPem = authority.Pem, CertFile = cert, KeyFile = key };
        await Assert.ThrowsAsync<HttpRequestException>(() => RequestAsync(server, options));
        await File.WriteAllTextAsync(cert, client.Cert);
        await File.WriteAllTextAsync(key, client.Key);
        await RequestAsync(server, options);
        await Assert.ThrowsAsync<HttpRequestException>(() => RequestAsync(server, new TlsClientOptions { CaPem = authority.Pem }));
    }

    [Fact]
    public async Task Requests_go_through_the_proxy_but_for_the_exceptions()
    {
        await using HttpListenerHost proxy = await Server(http => http.Response.WriteAsync($"proxied {http.Request.Host}"));
        var options = new HttpClientOptions { Proxy = new ProxyOptions { ProxyUrl = UrlOf(proxy).ToString(), NoProxy = "10.0.0.0/8" } };
        using HttpClient client = HttpClientBuilder.Build(options, _time);
        Assert.Equal("proxied loki.example", await client.GetStringAsync(new Uri("http://loki.example/")));
    }

    [Theory]
    [InlineData("http://localhost/", true)]
    [InlineData("http://127.0.0.1:80/", true)]
    [InlineData("http://10.1.2.3/", true)]
    [InlineData("http://11.1.2.3/", false)]
    [InlineData("http://example.com/", true)]
    [InlineData("http://a.example.com/", true)]
    [InlineData("http://notexample.com/", false)]
    [InlineData("http://below.org/", false)]
    [InlineData("http://a.below.org/", true)]
    [InlineData("http://port.net/", false)]
    [InlineData("http://port.net:99/", true)]
    public void Exceptions_from_the_proxy_are_read_as_in_the_field(string url, bool bypassed)
    {
        var selection = Proxy("10.0.0.0/8, example.com,.below.org,port.net:99");
        Assert.Equal(bypassed, selection.IsBypassed(new Uri(url)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ProxySelection Proxy(string exceptions) => new ProxySelection("http://proxy:3128", exceptions);

    private static OAuth2Options OAuth2(HttpListenerHost server) => new()
    {
        ClientId = "id",
        ClientSecret = new Secret("s&cret"),
        TokenUrl = new Uri(UrlOf(server), "/token").ToString(),
        Scopes = ["one", "two"],
        EndpointParams = new ValueMap<string>([new("audience", "logs")]),
    };

    private static Uri UrlOf(HttpListenerHost server) => new($"http://localhost:{server.Port}/");

    private static Task<HttpListenerHost> Server(RequestDelegate handler) => HttpListenerHost.StartAsync(
        new HttpServerOptions { ListenAddress = "localhost", ListenPort = 0 }, 1 << 20, handler, CancellationToken.None);

    private static Task<HttpListenerHost> TlsServer(TestCertificate certificate, TlsServerOptions? tls = null) => HttpListenerHost.StartAsync(
        new HttpServerOptions
        {
            ListenAddress = "localhost",
            ListenPort = 0,
            Tls = (tls ?? new TlsServerOptions()) with { CertPem = certificate.Cert, KeyPem = new Secret(certificate.Key) },
        },
        1 << 20, static http => http.Response.WriteAsync("ok"), CancellationToken.None);

    private async Task RequestAsync(HttpListenerHost server, TlsClientOptions tls)
    {
        using HttpClient client = HttpClientBuilder.Build(new HttpClientOptions { TlsConfig = tls }, _time);
        Assert.Equal("ok", await client.GetStringAsync(new Uri($"https://localhost:{server.Port}/")));
    }

    private async Task<string> AuthorizationOf(HttpClientOptions options)
    {
        await using HttpListenerHost server = await Server(
            http => http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString())).AsTask());
        using HttpClient client = HttpClientBuilder.Build(options, _time);
        return await client.GetStringAsync(UrlOf(server));
    }
}
