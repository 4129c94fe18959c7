namespace Agent.Generators.Tests;

public sealed class SnakeCaseTests
{
    [Theory]
    [InlineData("Url", "url")]
    [InlineData("MaxBackoffRetries", "max_backoff_retries")]
    [InlineData("RetryOnHttp429", "retry_on_http_429")]
    [InlineData("EnableHttp2", "enable_http2")]
    [InlineData("TlsConfig", "tls_config")]
    [InlineData("TLSConfig", "tls_config")]
    [InlineData("Oauth2", "oauth2")]
    [InlineData("Sha256Sum", "sha256_sum")]
    [InlineData("Http2xxOnly", "http2xx_only")]
    public void Properties_become_names_of_arguments(string property, string name) => Assert.Equal(name, SnakeCase.Of(property));

    [Theory]
    [InlineData("loki.source.file", "LokiSourceFile")]
    [InlineData("loki.source.k8s_events", "LokiSourceK8sEvents")]
    public void Components_name_their_classes(string component, string type) => Assert.Equal(type, SnakeCase.ToPascal(component));
}
