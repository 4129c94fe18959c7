using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agent.Runtime;
using Agent.Syntax;

namespace Agent.Web.Tests.Access;

public sealed class TlsTests
{
    private readonly string _block = Block("");

    [Fact]
    public async Task New_connections_are_TLS_once_the_block_is_there()
    {
        await using WebHarness web = await WebHarness.StartAsync(_block);
        Assert.Equal((HttpStatusCode.OK, "Alloy is ready.\n"), await web.GetAsync("/-/ready", "https"));
        await Assert.ThrowsAsync<HttpRequestException>(() => web.GetAsync("/-/ready"));
    }

    [Fact]
    public async Task A_reload_switches_TLS_on_and_off_for_new_connections_on_the_same_port()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/-/ready")).Status);

        web.Configuration = _block;
        await web.LoadAsync();
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/-/ready", "https")).Status);
        // The plain connection from before goes on.
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/-/ready")).Status);

        web.Configuration = "";
        await web.LoadAsync();
        using HttpClient fresh = WebHarness.Plain();
        using HttpResponseMessage response = await fresh.GetAsync(new Uri(web.Url("/-/ready")));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_client_without_the_wanted_certificate_is_refused()
    {
        await using WebHarness web = await WebHarness.StartAsync(Block("client_auth_type = \"RequireAndVerifyClientCert\""));
        await Assert.ThrowsAsync<HttpRequestException>(() => web.GetAsync("/-/ready", "https"));
    }

    [Theory]
    [InlineData("", "must specify either cert_pem or cert_file")]
    [InlineData("cert_pem = \"x\"\n cert_file = \"y\"\n key_file = \"z\"", "cannot specify both cert_pem and cert_file")]
    [InlineData("cert_pem = \"x\"\n key_file = \"z\"\n client_ca_file = \"c\"", "cannot specify client_ca_pem or client_ca_file when client_auth_type is NoClientCert")]
    [InlineData("cert_pem = \"x\"\n key_file = \"z\"\n min_version = \"TLS9\"", "TLS9")]
    [InlineData("cert_pem = \"x\"\n key_file = \"z\"\n cipher_suites = [\"ROT13\"]", "ROT13")]
    public async Task Wrong_settings_are_errors_of_the_configuration(string arguments, string message)
    {
        await using WebHarness web = await WebHarness.StartAsync();
        web.Configuration = $"http {{\n tls {{\n {arguments}\n }}\n}}";
        LoadResult result = await web.LoadAsync();
        Assert.False(result.Success);
        Assert.Contains(message, result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_arguments_of_the_reference_are_accepted()
    {
        await using WebHarness web = await WebHarness.StartAsync(Block("""
            client_auth_type  = "VerifyClientCertIfGiven"
            cipher_suites     = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"]
            curve_preferences = ["CurveP256", "X25519"]
            min_version       = "TLS12"
            max_version       = "TLS12"
            """));
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/-/ready", "https")).Status);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_leaves_the_last_settings_in_force()
    {
        await using WebHarness web = await WebHarness.StartAsync(_block);
        web.Configuration = "http {\n tls {\n cert_file = \"/nowhere\"\n key_file = \"/nowhere\"\n }\n}";
        await web.LoadAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, (await web.GetAsync("/-/healthy", "https")).Status);
    }

    private static string Block(string more)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return $$"""
            http {
              tls {
                cert_pem = {{StringLiteral.Quote(certificate.ExportCertificatePem())}}
                key_pem  = {{StringLiteral.Quote(key.ExportPkcs8PrivateKeyPem())}}
                {{more}}
              }
            }
            """;
    }
}
