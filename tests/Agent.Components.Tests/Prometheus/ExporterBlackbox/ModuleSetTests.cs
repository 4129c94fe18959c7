using Agent.Components.Common.Http;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

public sealed class ModuleSetTests
{
    [Fact]
    public void Options_that_are_not_written_have_upstreams_defaults()
    {
        ProbeModule module = Parse("{ modules: { m: { prober: http } } }").Find("m")!;

        Assert.Equal((ProbeKind.Http, TimeSpan.Zero, "m"), (module.Kind, module.Timeout, module.Name));
        Assert.Equal(("GET", 0L, ""), (module.Http.Method, module.Http.BodySizeLimit, module.Http.Compression));
        Assert.Equal(new AddressOptions(PrefersIPv4: false, FallsBack: true), module.Http.Address);
        Assert.True(module.Http.Client.Http.FollowRedirects && module.Http.Client.Http.EnableHttp2);
        Assert.Equal((64, 0, false), (module.Icmp.Ttl, module.Icmp.PayloadSize, module.Icmp.DontFragment));
        Assert.Equal(("udp", (ushort)255, (ushort)1, true), (module.Dns.Transport, module.Dns.QueryType, module.Dns.QueryClass, module.Dns.Recursion));
        Assert.Null(module.Dns.ValidRcodes);
    }

    [Fact]
    public void Every_option_of_the_http_prober_is_taken()
    {
        ProbeModule module = Parse("""
            modules:
              m:
                prober: http
                timeout: 5s
                http:
                  valid_status_codes: [200, 404]
                  valid_http_versions: ["HTTP/1.1", "HTTP/2.0"]
                  method: POST
                  headers: { Host: vhost.example.com, Accept-Encoding: "br;q=0.5, gzip" }
                  http_headers: { X-Key: { values: [a], secrets: [b], files: [/c] } }
                  body_size_limit: 10MB
                  compression: gzip
                  follow_redirects: false
                  fail_if_ssl: true
                  fail_if_not_ssl: true
                  fail_if_body_matches_regexp: ["a+"]
                  fail_if_body_not_matches_regexp: ["b+"]
                  fail_if_header_matches: [{ header: Set-Cookie, regexp: ".*", allow_missing: true }]
                  fail_if_header_not_matches: [{ header: X, regexp: "y" }]
                  tls_config: { insecure_skip_verify: true, ca_file: /ca, server_name: x, min_version: TLS11, max_version: TLS12 }
                  basic_auth: { username_file: /u, password_file: /p }
                  proxy_url: http://127.0.0.1:3128
                  no_proxy: a,b
                  proxy_connect_header: { Proxy-Authorization: [Bearer t] }
                  skip_resolve_phase_with_proxy: true
                  enable_http2: false
                  enable_http3: false
                  preferred_ip_protocol: ip4
                  ip_protocol_fallback: false
                  body: "{}"
            """).Find("m")!;

        HttpProbeOptions http = module.Http;
        Assert.Equal(TimeSpan.FromSeconds(5), module.Timeout);
        Assert.Equal([200, 404], http.ValidStatusCodes);
        Assert.Equal(10 << 20, http.BodySizeLimit);
        Assert.True(http is { FailIfSsl: true, FailIfNotSsl: true, SkipResolveWithProxy: true });
        Assert.Equal(new AddressOptions(true, false), http.Address);
        Assert.Equal((TlsVersion.Tls11, TlsVersion.Tls12), (http.Client.Tls.Client.MinVersion, http.Client.Tls.MaxVersion));
        Assert.Equal((false, false), (http.Client.Http.FollowRedirects, http.Client.Http.EnableHttp2));
        Assert.Equal(("/u", "/p"), (http.Client.UsernameFile, http.Client.Http.BasicAuth!.PasswordFile));
        Assert.Equal(["a", "b"], http.Client.Http.HttpHeaders["X-Key"].Select(static value => value.Reveal()));
        Assert.Equal([new("X-Key", "/c")], http.Client.HeaderFiles);
        Assert.True(http.FailIfHeaderMatches[0].AllowMissing);
    }

    [Fact]
    public void Every_option_of_the_other_probers_is_taken()
    {
        ModuleSet modules = Parse("""
            modules:
              tcp:
                prober: tcp
                tcp:
                  preferred_ip_protocol: ip4
                  source_ip_address: 127.0.0.1
                  tls: true
                  tls_config: { ca: PEM }
                  query_response:
                  - send: !!binary AAAACATSFi8=
                  - expect_bytes: S
                  - starttls: true
                  - expect: "^220 (.*)"
                    send: "HELO ${1}"
                    labels: [{ name: banner, value: "${1}" }]
              dns:
                prober: dns
                dns:
                  query_name: example.com
                  query_type: MX
                  query_class: CH
                  recursion_desired: false
                  transport_protocol: tcp
                  dns_over_tls: true
                  source_ip_address: 127.0.0.1
                  valid_rcodes: [NXDOMAIN]
                  validate_answer_rrs: { fail_if_matches_regexp: [a], fail_if_all_match_regexp: [b] }
                  validate_authority_rrs: { fail_if_not_matches_regexp: [c] }
                  validate_additional_rrs: { fail_if_none_matches_regexp: ["("] }
              icmp: { prober: icmp, icmp: { dont_fragment: true, payload_size: 100, ttl: 5, source_ip_address: 127.0.0.1 } }
              grpc: { prober: grpc, grpc: { service: s, tls: true, metadata: { a: [b, c] }, tls_config: {} } }
              unix: { prober: unix, unix: { query_response: [{ send: PING }, { expect: PONG }] } }
            """);

        IReadOnlyList<QueryStep> steps = modules.Find("tcp")!.Tcp.QueryResponse;
        Assert.Equal([0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F], steps[0].Send);
        Assert.Equal("S"u8.ToArray(), steps[1].ExpectBytes);
        Assert.True(steps[2].StartTls);
        Assert.Equal([new("banner", "${1}")], steps[3].Labels);
        DnsProbeOptions dns = modules.Find("dns")!.Dns;
        Assert.Equal((ushort)15, dns.QueryType);
        Assert.Equal((ushort)3, dns.QueryClass);
        Assert.Equal(["NXDOMAIN"], dns.ValidRcodes!);
        Assert.NotNull(dns.Additional.FailIfNoneMatches[0].Error);
        Assert.Equal(new IcmpProbeOptions { DontFragment = true, PayloadSize = 100, Ttl = 5, SourceAddress = "127.0.0.1" }, modules.Find("icmp")!.Icmp);
        Assert.Equal([new("a", "b"), new("a", "c")], modules.Find("grpc")!.Grpc.Metadata);
        Assert.Equal(2, modules.Find("unix")!.Unix.QueryResponse.Count);
    }

    [Theory]
    [InlineData("{ modules: { http_2xx: { prober: http, timeout: 5s }", "yaml: line 1: did not find expected ',' or '}'")]
    [InlineData("{ module: { http_2xx: { prober: http } } }", "yaml: unmarshal errors:\n  line 1: field module not found in type config.plain")]
    [InlineData("modules:\n  a:\n    prober: ftp", "yaml: unmarshal errors:\n  line 3: prober 'ftp' is not valid")]
    [InlineData("modules:\n  a:\n    prober: tcp\n    timeout: soon", "yaml: unmarshal errors:\n  line 4: cannot unmarshal !!str `soon` into time.Duration")]
    [InlineData("modules:\n  a:\n    prober: http\n    http:\n      fail_if_ssl: 12", "yaml: unmarshal errors:\n  line 5: cannot unmarshal !!int `12` into bool")]
    [InlineData("modules:\n  a:\n    prober: icmp\n    icmp: { ttl: 256 }", "yaml: unmarshal errors:\n  line 4: \"ttl\" cannot exceed 255")]
    [InlineData("modules:\n  a:\n    prober: dns\n    dns: { query_type: X }", "yaml: unmarshal errors:\n  line 4: query type 'X' is not valid\n  line 4: query name must be set for DNS module")]
    public void What_is_wrong_is_named_with_its_line(string text, string expected)
    {
        Assert.Null(ModuleSet.Parse(text, out string error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("body: a\nbody_file: b", "setting body and body_file both are not allowed")]
    [InlineData("fail_if_body_matches_regexp: ['(']", "\"Could not compile regular expression\" regexp=\"(\"")]
    [InlineData("fail_if_header_matches: [{ regexp: a }]", "header name must be set for HTTP header matchers")]
    [InlineData("fail_if_header_matches: [{ header: a }]", "regexp must be set for HTTP header matchers")]
    [InlineData("compression: gzip\nheaders: { accept-encoding: 'br, identity' }", "invalid configuration \"accept-encoding: br, identity\", \"compression: gzip\"")]
    [InlineData("basic_auth: { username: a }\nauthorization: { credentials: b }", "at most one of basic_auth, oauth2 & authorization must be configured")]
    [InlineData("enable_http3: true", "cannot use enable_http3")]
    [InlineData("fail_if_body_json_matches_cel: 'true'", "CEL expressions are not evaluated")]
    [InlineData("tls_config: { min_version: SSL3 }", "unknown TLS version: SSL3")]
    [InlineData("colour: red", "field colour not found in type config.plain")]
    public void Http_options_that_do_not_fit_are_refused(string http, string expected)
    {
        string indented = string.Join('\n', http.Split('\n').Select(static line => "      " + line));

        Assert.Null(ModuleSet.Parse($"modules:\n  a:\n    prober: http\n    http:\n{indented}", out string error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip, br", "gzip", true)]
    [InlineData("gzip;q=0", "gzip", false)]
    [InlineData("br, *;q=0.1", "gzip", true)]
    [InlineData("br", "gzip", false)]
    [InlineData("", "gzip", true)]
    public void A_compression_has_to_be_among_the_accepted_ones(string accepted, string compression, bool expected) =>
        Assert.Equal(expected, AcceptedEncoding.Covers(accepted, compression));

    private static ModuleSet Parse(string text)
    {
        ModuleSet? modules = ModuleSet.Parse(text, out string error);
        Assert.Equal("", error);
        return modules!;
    }
}
