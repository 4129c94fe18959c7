using Agent.Components.Tests.Common.Http;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

public sealed class StreamProbeTests
{
    [Fact]
    public async Task A_connection_is_all_that_a_module_without_dialogue_asks_for()
    {
        await using var server = new DialogueServer(static (_, _) => Task.CompletedTask);

        ProbePage page = await ProbePage.OfAsync("prober: tcp", $"some.host:{server.Port}");
        ProbePage none = await ProbePage.OfAsync("prober: tcp", "127.0.0.1:1");
        ProbePage noPort = await ProbePage.OfAsync("prober: tcp", "127.0.0.1", "debug=true");

        Assert.Equal((1, 0, 0), (page["probe_success"], page["probe_failed_due_to_regex"], page["probe_failed_due_to_bytes"]));
        Assert.Equal(0, none["probe_success"]);
        Assert.Null(none.Find("probe_failed_due_to_regex"));
        Assert.Contains("missing port in address", noPort.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dialogue_waits_sends_what_matched_and_exports_labels()
    {
        string heard = "";
        await using var server = new DialogueServer(async (stream, stop) =>
        {
            await DialogueServer.SayAsync(stream, "hello\r\n220 mail.example.com ESMTP v1.2\r\n", stop);
            heard = await DialogueServer.HearAsync(stream, stop);
            await DialogueServer.SayAsync(stream, "250 ok", stop);
        });

        ProbePage page = await ProbePage.OfAsync(
            """
            prober: tcp
            tcp:
              query_response:
              - expect: "^220 ([^ ]+) ESMTP (.+)$"
                send: "EHLO ${1}"
                labels: [{ name: version, value: "${2}" }, { name: host, value: "${1}" }]
              - expect: "^250"
            """,
            $"127.0.0.1:{server.Port}");

        Assert.Equal((1, 0), (page["probe_success"], page["probe_failed_due_to_regex"]));
        Assert.Equal("EHLO mail.example.com", heard);
        Assert.Equal(1, page["probe_expect_info{host=\"mail.example.com\",version=\"v1.2\"}"]);
    }

    [Theory]
    [InlineData("{ expect: 'absent' }", 0, 1, 0)]
    [InlineData("{ expect_bytes: 'SSH-3' }", 0, 0, 1)]
    [InlineData("{ expect_bytes: 'SSH-2.0' }", 1, 0, 0)]
    [InlineData("{ expect_bytes: 'SSH-2.0-and-much-more-than-comes' }", 0, 0, 0)]
    public async Task What_does_not_come_fails_the_probe(string step, int success, int regexp, int bytes)
    {
        await using var server = new DialogueServer(static (stream, stop) => DialogueServer.SayAsync(stream, "SSH-2.0-x\n", stop));

        ProbePage page = await ProbePage.OfAsync($"prober: tcp\ntcp: {{ query_response: [{step}] }}", $"127.0.0.1:{server.Port}");

        Assert.Equal((success, regexp, bytes), (page["probe_success"], page["probe_failed_due_to_regex"], page["probe_failed_due_to_bytes"]));
    }

    [Fact]
    public async Task A_line_without_end_is_not_held_in_memory()
    {
        await using var server = new DialogueServer(static async (stream, stop) =>
        {
            byte[] endless = new byte[64 * 1024];
            while (true)
            {
                await stream.WriteAsync(endless, stop);
            }
        });

        ProbePage page = await ProbePage.OfAsync(
            "prober: tcp\ntcp: { query_response: [{ expect: x }] }", $"127.0.0.1:{server.Port}", "debug=true");

        Assert.Equal(0, page["probe_success"]);
        Assert.Contains("token too long", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_begins_at_once_or_where_the_dialogue_says_so()
    {
        using var authority = new TestAuthority();
        TestCertificate certificate = authority.Sign("mail.test");
        await using var direct = new DialogueServer(async (stream, stop) =>
        {
            await using Stream secure = await DialogueServer.SecureAsync(stream, certificate, stop);
            await DialogueServer.SayAsync(secure, "OK\n", stop);
            await DialogueServer.HearAsync(secure, stop);
        });
        await using var later = new DialogueServer(async (stream, stop) =>
        {
            Assert.Equal("STARTTLS", await DialogueServer.HearAsync(stream, stop));
            await DialogueServer.SayAsync(stream, "go\n", stop);
            await using Stream secure = await DialogueServer.SecureAsync(stream, certificate, stop);
            await DialogueServer.SayAsync(secure, "OK\n", stop);
            await DialogueServer.HearAsync(secure, stop);
        });
        string trust = $"tls_config: {{ ca: {BlackboxHost.Yaml(authority.Pem)} }}";

        ProbePage first = await ProbePage.OfAsync(
            $"prober: tcp\ntcp:\n  tls: true\n  {trust}\n  query_response: [{{ expect: OK }}]", $"mail.test:{direct.Port}");
        ProbePage second = await ProbePage.OfAsync(
            $"prober: tcp\ntcp:\n  {trust}\n  query_response: [{{ send: STARTTLS }}, {{ expect: go }}, {{ starttls: true }}, {{ expect: OK }}]",
            $"mail.test:{later.Port}");
        ProbePage renamed = await ProbePage.OfAsync(
            $"prober: tcp\ntcp:\n  tls: true\n  {trust}", $"127.9.9.9:{direct.Port}", "hostname=mail.test");

        Assert.All([first, second], static page =>
        {
            Assert.Equal((1, 1), (page["probe_success"], page["probe_tls_version_info{version=\"TLS 1.3\"}"]));
            Assert.Equal(page["probe_ssl_earliest_cert_expiry"], page["probe_ssl_last_chain_expiry_timestamp_seconds"]);
            Assert.Contains("probe_ssl_last_chain_info{", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("probe_tls_cipher_info", page.Text, StringComparison.Ordinal);
        });
        // Nobody listens there: what counts is that the name alone was replaced.
        Assert.Equal(0, renamed["probe_success"]);
    }

    [Fact]
    public async Task A_Unix_socket_is_probed_like_a_port()
    {
        string folder = Directory.CreateTempSubdirectory("invar-blackbox-").FullName;
        string path = Path.Combine(folder, "s");
        await using var server = new DialogueServer(
            static async (stream, stop) =>
            {
                if (await DialogueServer.HearAsync(stream, stop) == "PING")
                {
                    await DialogueServer.SayAsync(stream, "PONG\n", stop);
                }
            },
            path);

        ProbePage page = await ProbePage.OfAsync("prober: unix\nunix: { query_response: [{ send: PING }, { expect: PONG }] }", path);
        ProbePage none = await ProbePage.OfAsync("prober: unix", path + "x");

        Assert.Equal((1, 0), (page["probe_success"], none["probe_success"]));
        Directory.Delete(folder, recursive: true);
    }
}
