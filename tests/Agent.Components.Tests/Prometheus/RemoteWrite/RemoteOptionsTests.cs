using Agent.Components.Common.Relabel;
using Agent.Components.Prometheus.RemoteWrite;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

public sealed class RemoteOptionsTests
{
    [Fact]
    public void What_is_not_given_has_Alloys_defaults()
    {
        EndpointOptions endpoint = Assert.Single(Decode(out DiagnosticBag diagnostics, Endpoint()).Endpoint);
        Assert.Empty(diagnostics);
        Assert.Equal(TimeSpan.FromSeconds(30), endpoint.RemoteTimeout);
        Assert.False(endpoint.Http.EnableHttp2);
        Assert.True(endpoint.Http.FollowRedirects);
        Assert.True(endpoint.SendExemplars);
        Assert.False(endpoint.SendNativeHistograms);
        Assert.Equal(WriteMessage.V1, endpoint.ProtobufMessage);
        Assert.Equal(
            new QueueOptions
            {
                Capacity = 10_000,
                MinShards = 1,
                MaxShards = 50,
                MaxSamplesPerSend = 2000,
                BatchSendDeadline = TimeSpan.FromSeconds(5),
                MinBackoff = TimeSpan.FromMilliseconds(30),
                MaxBackoff = TimeSpan.FromSeconds(5),
                RetryOnHttp429 = true,
                SampleAgeLimit = TimeSpan.Zero,
            },
            endpoint.QueueConfig);
        Assert.Equal(
            new MetadataOptions { Send = true, SendInterval = TimeSpan.FromMinutes(1), MaxSamplesPerSend = 2000 }, endpoint.MetadataConfig);
    }

    [Fact]
    public void Every_argument_is_read()
    {
        PrometheusRemoteWrite.Arguments arguments = Decode(
            out DiagnosticBag diagnostics,
            Config.Set("external_labels", Config.Map(("cluster", Value.Of("west")))),
            Endpoint(
                Config.Set("name", "n"),
                Config.Set("remote_timeout", "3s"),
                Config.Set("enable_http2", true),
                Config.Set("protobuf_message", "io.prometheus.write.v2.Request"),
                Config.Set("send_exemplars", false),
                Config.Set("send_native_histograms", true),
                Config.Block(
                    "queue_config", Config.Set("max_samples_per_send", 10), Config.Set("max_shards", 2), Config.Set("retry_on_http_429", false)),
                Config.Block("metadata_config", Config.Set("send", false)),
                Config.Block("write_relabel_config", Config.Set("action", "labeldrop"), Config.Set("regex", "x.*")),
                Config.Block("sigv4", Config.Set("region", "r"), Config.Set("role_arn", "arn"), Config.Set("use_fips_sts_endpoint", true))),
            Config.Block("wal", Config.Set("max_keepalive_time", "1h")));
        Assert.Empty(diagnostics);
        EndpointOptions endpoint = Assert.Single(arguments.Endpoint);
        Assert.Equal("west", arguments.ExternalLabels["cluster"]);
        Assert.Equal(WriteMessage.V2, endpoint.ProtobufMessage);
        Assert.True(endpoint.Http.EnableHttp2);
        Assert.Equal(2, endpoint.QueueConfig.Shards);
        Assert.False(endpoint.QueueConfig.RetryOnHttp429);
        Assert.Equal(RelabelAction.LabelDrop, Assert.Single(endpoint.WriteRelabelConfig).Action);
        Assert.True(endpoint.SigV4!.UseFipsStsEndpoint);
        Assert.Equal("aps", endpoint.SigV4.ServiceName);
        Assert.Equal(TimeSpan.FromHours(1), arguments.Wal.MaxKeepaliveTime);
    }

    [Fact]
    public void What_cannot_be_honoured_is_said()
    {
        Decode(
            out DiagnosticBag diagnostics,
            Endpoint(Config.Set("round_robin_dns", true)),
            Config.Block("wal", Config.Set("truncate_frequency", "1h"), Config.Set("min_keepalive_time", "1m")));
        Assert.Equal(3, diagnostics.Count);
        Assert.All(diagnostics, static d => Assert.Equal(Severity.Warning, d.Severity));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Contains("must be one of", ErrorOf(Endpoint(Config.Set("protobuf_message", "prometheus.Nothing"))), StringComparison.Ordinal);
        Assert.Contains("max_samples_per_send", ErrorOf(Endpoint(Config.Block("queue_config", Config.Set("max_samples_per_send", 0)))), StringComparison.Ordinal);
        Assert.Contains("two ways", ErrorOf(Endpoint(
            Config.Block("sigv4"), Config.Block("basic_auth", Config.Set("username", "u")))), StringComparison.Ordinal);
        Assert.Contains("managed_identity", ErrorOf(Endpoint(Config.Block("azuread"))), StringComparison.Ordinal);
        Assert.Contains("UUID", ErrorOf(Endpoint(
            Config.Block("azuread", Config.Block("managed_identity", Config.Set("client_id", "x"))))), StringComparison.Ordinal);
        Assert.Contains("role_arn", ErrorOf(Endpoint(Config.Block("sigv4", Config.Set("external_id", "x")))), StringComparison.Ordinal);
        Assert.Contains("smaller", ErrorOf(Config.Block("wal", Config.Set("max_keepalive_time", "1m"))), StringComparison.Ordinal);
        Assert.Contains("equal endpoints", ErrorOf(Endpoint(), Endpoint()), StringComparison.Ordinal);
    }

    private static BlockValue Endpoint(params object[] parts) =>
        Config.Block("endpoint", [Config.Set("url", "http://localhost:9009/api/v1/push"), .. parts]);

    private static string ErrorOf(params object[] parts)
    {
        DecodeAny(out DiagnosticBag diagnostics, parts);
        return string.Join('\n', diagnostics.Where(static d => d.Severity == Severity.Error).Select(static d => d.Message));
    }

    private static PrometheusRemoteWrite.Arguments Decode(out DiagnosticBag diagnostics, params object[] parts) =>
        (PrometheusRemoteWrite.Arguments)DecodeAny(out diagnostics, parts)!;

    private static object? DecodeAny(out DiagnosticBag diagnostics, params object[] parts)
    {
        ComponentDescriptor descriptor = Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "prometheus.remote_write");
        diagnostics = new DiagnosticBag();
        return descriptor.Decode(Config.Labelled("prometheus.remote_write", "test", parts), diagnostics);
    }
}
