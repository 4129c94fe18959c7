using Agent.Components.Loki.SourceApi;
using Agent.Components.Loki.Write;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Components.Tests.Common.Http;

public sealed class HttpOptionsTests
{
    [Fact]
    public void An_endpoint_needs_its_url_only()
    {
        EndpointOptions endpoint = Assert.Single(Decode<LokiWrite.Arguments>(Write(Url), out DiagnosticBag found).Endpoint);
        Assert.Empty(found);
        Assert.True(endpoint.Http.FollowRedirects && endpoint.Http.EnableHttp2 && endpoint.RetryOnHttp429);
        Assert.Equal((1 << 20, TimeSpan.FromSeconds(1), null), (endpoint.BatchSize.Bytes, endpoint.BatchWait, endpoint.MaxBackoffRetries));
        Assert.Equal(endpoint, Decode<LokiWrite.Arguments>(Write(Url), out _).Endpoint[0]);
    }

    [Fact]
    public void Two_ways_to_authenticate_are_an_error() =>
        Assert.Contains("two ways", ErrorOf(Write(Url, Text("bearer_token", "t"), Block("basic_auth", Text("username", "u")))), StringComparison.Ordinal);

    [Fact]
    public void A_password_from_two_places_is_an_error() => Assert.Contains(
        "password_file",
        ErrorOf(Write(Url, Block("basic_auth", Text("password", "p"), Text("password_file", "f")))), StringComparison.Ordinal);

    [Fact]
    public void Basic_is_no_authorization_type() =>
        Assert.Contains("basic", ErrorOf(Write(Url, Block("authorization", Text("type", "Basic")))), StringComparison.Ordinal);

    [Fact]
    public void No_proxy_needs_a_proxy() => Assert.Contains("proxy_url", ErrorOf(Write(Url, Text("no_proxy", "a"))), StringComparison.Ordinal);

    [Fact]
    public void A_client_certificate_needs_its_key() =>
        Assert.Contains("key_pem", ErrorOf(Write(Url, Block("tls_config", Text("cert_pem", "x")))), StringComparison.Ordinal);

    [Fact]
    public void Oauth2_needs_a_secret_and_a_url() => Assert.Equal(
        2, Diagnose(Write(Url, Block("oauth2", Text("client_id", "i")))).Count(static d => d.Severity == Severity.Error));

    [Fact]
    public void A_secret_is_not_shown()
    {
        LokiWrite.Arguments arguments = Decode<LokiWrite.Arguments>(Write(Url, Text("bearer_token", "hidden")), out _);
        Assert.DoesNotContain("hidden", arguments.Endpoint[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_with_certificates_from_two_places_is_taken_with_a_warning()
    {
        BlockValue tls = Block("tls", Text("cert_pem", "a"), Text("cert_file", "b"), Text("client_ca", "c"), Text("client_ca_file", "d"));
        BlockValue api = Block("loki.source.api", new AttributeValue("forward_to", new ListValue([]), default, default), Block("http", tls));
        LokiSourceApi.Arguments arguments = Decode<LokiSourceApi.Arguments>(api, out DiagnosticBag found);
        Assert.Equal("b", arguments.Http.Tls!.CertFile);
        Assert.Equal(2, found.Count);
        Assert.False(found.HasErrors);
    }

    private static AttributeValue Url => Text("url", "http://loki:3100/push");

    private static string ErrorOf(BlockValue block) => Assert.Single(Diagnose(block)).Message;

    private static DiagnosticBag Diagnose(BlockValue block)
    {
        var found = new DiagnosticBag();
        DescriptorOf(block).Decode(block, found);
        return found;
    }

    private static T Decode<T>(BlockValue block, out DiagnosticBag found)
    {
        found = new DiagnosticBag();
        return Assert.IsType<T>(DescriptorOf(block).Decode(block, found));
    }

    private static ComponentDescriptor DescriptorOf(BlockValue block) =>
        global::Agent.Components.GeneratedCatalog.Components.Single(component => component.Name == block.Name);

    private static BlockValue Write(params object[] parts) => Block("loki.write", Block("endpoint", parts));

    private static AttributeValue Text(string name, string value) => new(name, Value.Of(value), default, default);

    private static BlockValue Block(string name, params object[] parts) =>
        new(name, null, default, [.. parts.OfType<AttributeValue>()], [.. parts.OfType<BlockValue>()]);
}
