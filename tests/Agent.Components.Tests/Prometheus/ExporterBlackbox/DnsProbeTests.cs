using System.Buffers.Binary;
using Agent.Components.Tests.Discovery.Dns;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

public sealed class DnsProbeTests
{
    private const int A = 1;
    private const int Soa = 6;
    private const int Mx = 15;
    private const int Txt = 16;

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task An_answer_is_counted_and_its_records_are_matched_as_text(string transport)
    {
        await using var server = new FakeDns(static question => question.Answer(0,
            FakeDns.Record(A, 127, 0, 0, 1), FakeDns.Record(A, 127, 0, 0, 2)));

        ProbePage page = await ProbePage.OfAsync(
            $$"""
            prober: dns
            dns:
              transport_protocol: {{transport}}
              query_name: www.example.com
              query_type: A
              validate_answer_rrs: { fail_if_not_matches_regexp: ["^www.example.com.\t0\tIN\tA\t127.0.0.[12]$"] }
            """,
            server.Endpoint.ToString());

        Assert.Equal((1, 1, 2, 0, 0), (page["probe_success"], page["probe_dns_query_succeeded"], page["probe_dns_answer_rrs"],
            page["probe_dns_authority_rrs"], page["probe_dns_additional_rrs"]));
        Assert.All(["resolve", "connect", "request"], phase => Assert.True(page[$"probe_dns_duration_seconds{{phase=\"{phase}\"}}"] >= 0));
        Assert.Equal(transport == "tcp", Assert.Single(server.Questions).IsStream);
        Assert.Null(page.Find("probe_dns_serial"));
    }

    [Theory]
    [InlineData("fail_if_matches_regexp: [mx1]", 0)]
    [InlineData("fail_if_matches_regexp: [absent]", 1)]
    [InlineData("fail_if_not_matches_regexp: [mx1]", 0)]
    [InlineData("fail_if_all_match_regexp: ['MX']", 1)]
    [InlineData("fail_if_all_match_regexp: ['mx1']", 0)]
    [InlineData("fail_if_none_matches_regexp: ['10 mx1.example.com.$']", 1)]
    [InlineData("fail_if_none_matches_regexp: [absent]", 0)]
    [InlineData("fail_if_none_matches_regexp: ['(']", 0)]
    public async Task Rules_decide_which_records_are_good(string rule, int success)
    {
        await using var server = new FakeDns(static question => question.Answer(0,
            FakeDns.Record(Mx, [0, 10, .. FakeDns.Name("mx1.example.com")]), FakeDns.Record(Mx, [0, 20, .. FakeDns.Name("mx2.example.com")])));

        ProbePage page = await ProbePage.OfAsync(
            $"prober: dns\ndns:\n  query_name: example.com\n  query_type: MX\n  validate_answer_rrs: {{ {rule} }}", server.Endpoint.ToString());

        Assert.Equal((success, 2), (page["probe_success"], page["probe_dns_answer_rrs"]));
    }

    [Theory]
    [InlineData(3, "", 0)]
    [InlineData(3, "valid_rcodes: [NXDOMAIN, NOERROR]", 1)]
    [InlineData(0, "valid_rcodes: [NXDOMAIN]", 0)]
    [InlineData(0, "valid_rcodes: [NOSUCH]", 0)]
    [InlineData(0, "validate_authority_rrs: { fail_if_not_matches_regexp: [x] }", 0)]
    [InlineData(0, "validate_additional_rrs: { fail_if_matches_regexp: [x] }", 1)]
    public async Task The_response_code_and_empty_sections_count(int status, string rule, int success)
    {
        await using var server = new FakeDns(question => question.Answer(status));

        ProbePage page = await ProbePage.OfAsync($"prober: dns\ndns:\n  query_name: example.com\n  {rule}", server.Endpoint.ToString());

        Assert.Equal((success, 1), (page["probe_success"], page["probe_dns_query_succeeded"]));
        FakeQuestion question = Assert.Single(server.Questions);
        Assert.Equal(("example.com.", 255, 1), (question.Name, question.Type, question.Message[2]));
    }

    [Fact]
    public async Task The_serial_of_a_zone_is_exported()
    {
        byte[] numbers = new byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, 2024010203);
        await using var server = new FakeDns(question => question.Answer(0,
            FakeDns.Record(Soa, [.. FakeDns.Name("ns.example.com"), .. FakeDns.Name("root.example.com"), .. numbers])));

        ProbePage page = await ProbePage.OfAsync(
            """
            prober: dns
            dns:
              query_name: example.com
              query_type: SOA
              recursion_desired: false
              validate_answer_rrs: { fail_if_none_matches_regexp: ['SOA\tns.example.com. root.example.com. 2024010203 0 0 0 0$'] }
            """.Replace("\\t", "\t", StringComparison.Ordinal),
            server.Endpoint.ToString());

        Assert.Equal((1, 2024010203), (page["probe_success"], page["probe_dns_serial"]));
        Assert.Equal(0, Assert.Single(server.Questions).Message[2]);
    }

    [Fact]
    public async Task Text_and_unknown_types_are_written_as_zone_files_write_them()
    {
        await using var server = new FakeDns(static question => question.Answer(0,
            FakeDns.Record(Txt, [3, .. "a\"b"u8, 2, 0xFF, (byte)'c']), FakeDns.Record(65280, 1, 2, 0xAB)));

        ProbePage page = await ProbePage.OfAsync("prober: dns\ndns: { query_name: example.com }", server.Endpoint.ToString(), "debug=true");

        Assert.Contains("TXT\\t\\\"a\\\\\\\"b\\\" \\\"\\\\255c\\\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("TYPE65280\\t\\\\# 3 0102ab", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_answers_and_silence_fail_the_probe()
    {
        await using var damaged = new FakeDns(static question => question.Answer(0, FakeDns.Record(A, 1, 2, 3)));
        await using var silent = new FakeDns(static _ => null);
        const string Module = "prober: dns\ntimeout: 100ms\ndns: { query_name: example.com, query_type: A }";

        ProbePage first = await ProbePage.OfAsync(Module, damaged.Endpoint.ToString());
        ProbePage second = await ProbePage.OfAsync(Module, silent.Endpoint.ToString(), "debug=true");
        ProbePage third = await ProbePage.OfAsync("prober: dns\ndns: { query_name: a, dns_over_tls: true }", "127.0.0.1:1");

        Assert.Equal((0, 0), (first["probe_success"], first["probe_dns_query_succeeded"]));
        Assert.Equal((0, 0), (second["probe_success"], second["probe_dns_query_succeeded"]));
        Assert.Contains("context deadline exceeded", second.Text, StringComparison.Ordinal);
        Assert.Equal(0, third["probe_success"]);
    }

    [Fact]
    public async Task DNS_over_TLS_checks_the_certificate()
    {
        using var authority = new Agent.Components.Tests.Common.Http.TestAuthority();
        Agent.Components.Tests.Common.Http.TestCertificate certificate = authority.Sign("dns.test");
        await using var server = new DialogueServer(async (stream, stop) =>
        {
            await using Stream secure = await DialogueServer.SecureAsync(stream, certificate, stop);
            byte[] head = new byte[2];
            await secure.ReadExactlyAsync(head, stop);
            byte[] query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await secure.ReadExactlyAsync(query, stop);
            query[2] |= 0x80;
            await secure.WriteAsync((byte[])[.. head, .. query], stop);
        });
        string trust = $"tls_config: {{ ca: {BlackboxHost.Yaml(authority.Pem)} }}";
        const string Module = "prober: dns\ndns:\n  query_name: a.b\n  transport_protocol: tcp\n  dns_over_tls: true\n  ";

        ProbePage good = await ProbePage.OfAsync(Module + trust, $"dns.test:{server.Port}");
        ProbePage other = await ProbePage.OfAsync(Module + trust, $"other.test:{server.Port}");

        Assert.Equal((1, 0), (good["probe_success"], other["probe_success"]));
    }
}
