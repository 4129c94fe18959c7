using Agent.Components.Common.Http;
using Agent.Components.Tests.Common.Http;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

public sealed class GrpcProbeTests
{
    [Theory]
    [InlineData(1, "0", 1, "SERVING")]
    [InlineData(2, "0", 0, "NOT_SERVING")]
    [InlineData(0, "5", 0, "")]
    public async Task The_health_of_a_service_is_asked_for(byte status, string code, int success, string named)
    {
        using var authority = new TestAuthority();
        byte[] seen = [];
        string metadata = "";
        await using HttpListenerHost host = await BlackboxHost.StartAsync(
            async http =>
            {
                using var body = new MemoryStream();
                await http.Request.Body.CopyToAsync(body);
                (seen, metadata) = (body.ToArray(), $"{http.Request.Path} {http.Request.ContentType} {http.Request.Headers["x-a"]}");
                http.Response.ContentType = "application/grpc";
                http.Response.DeclareTrailer("grpc-status");
                await http.Response.Body.WriteAsync((byte[])(code == "0" ? [0, 0, 0, 0, 2, 8, status] : []));
                http.Response.AppendTrailer("grpc-status", code);
            },
            authority.Sign("grpc.test"));

        ProbePage page = await ProbePage.OfAsync(
            $"prober: grpc\ngrpc:\n  service: abc\n  tls: true\n  metadata: {{ x-a: [b] }}\n  tls_config: {{ ca: {BlackboxHost.Yaml(authority.Pem)} }}",
            $"grpc.test:{host.Port}");

        Assert.Equal((success, int.Parse(code)), (page["probe_success"], page["probe_grpc_status_code"]));
        Assert.Equal([0, 0, 0, 0, 5, 0x0A, 3, (byte)'a', (byte)'b', (byte)'c'], seen);
        Assert.Equal("/grpc.health.v1.Health/Check application/grpc b", metadata);
        Assert.All(["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"],
            name => Assert.Equal(name == named ? 1 : 0, page[$"probe_grpc_healthcheck_response{{serving_status=\"{name}\"}}"]));
        Assert.Equal(code == "0" ? 1 : 0, page["probe_grpc_ssl"]);
        Assert.True(page["probe_grpc_duration_seconds{phase=\"check\"}"] > 0);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_unavailable()
    {
        ProbePage page = await ProbePage.OfAsync("prober: grpc", "127.0.0.1:1");

        Assert.Equal((0, 14), (page["probe_success"], page["probe_grpc_status_code"]));
    }
}
