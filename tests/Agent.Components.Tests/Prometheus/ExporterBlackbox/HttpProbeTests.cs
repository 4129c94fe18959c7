using System.IO.Compression;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Tests.Common.Http;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

public sealed class HttpProbeTests
{
    [Fact]
    public async Task A_good_answer_is_a_success_with_all_series_of_the_reference()
    {
        await using HttpListenerHost host = await BlackboxHost.StartAsync(static http =>
        {
            http.Response.Headers.LastModified = "Wed, 21 Oct 2015 07:28:00 GMT";
            http.Response.ContentLength = 5;
            return http.Response.WriteAsync("hello");
        });

        ProbePage page = await ProbePage.OfAsync("prober: http", $"example.test:{host.Port}");

        Assert.Equal(1, page["probe_success"]);
        Assert.Equal((200, 5, 5, 0, 0), (page["probe_http_status_code"], page["probe_http_content_length"],
            page["probe_http_uncompressed_body_length"], page["probe_http_redirects"], page["probe_http_ssl"]));
        Assert.Equal((1.1, 0, 1445412480), (page["probe_http_version"], page["probe_failed_due_to_regex"],
            page["probe_http_last_modified_timestamp_seconds"]));
        Assert.Equal((4, 119.5), (page["probe_ip_protocol"], page["probe_timeout_seconds"]));
        Assert.True(page["probe_ip_addr_hash"] > 0 && page["probe_dns_lookup_time_seconds"] >= 0 && page["probe_duration_seconds"] > 0);
        Assert.All(["connect", "processing", "resolve", "tls", "transfer"],
            phase => Assert.True(page[$"probe_http_duration_seconds{{phase=\"{phase}\"}}"] >= 0));
        Assert.True(page["probe_http_duration_seconds{phase=\"processing\"}"] > 0);
        Assert.Contains(
            "# HELP probe_http_duration_seconds Duration of http request by phase, summed over all redirects\n# TYPE probe_http_duration_seconds gauge\n",
            page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 404, 0)]
    [InlineData("valid_status_codes: [404]", 404, 1)]
    [InlineData("valid_status_codes: [404]", 200, 0)]
    [InlineData("valid_http_versions: [HTTP/2.0]", 200, 0)]
    [InlineData("valid_http_versions: [HTTP/1.1]", 200, 1)]
    [InlineData("fail_if_not_ssl: true", 200, 0)]
    [InlineData("fail_if_body_matches_regexp: ['h.llo']", 200, 0)]
    [InlineData("fail_if_body_matches_regexp: ['absent']", 200, 1)]
    [InlineData("fail_if_body_not_matches_regexp: ['^hello$', 'absent']", 200, 0)]
    [InlineData("fail_if_header_matches: [{ header: x-flag, regexp: 'o' }]", 200, 0)]
    [InlineData("fail_if_header_matches: [{ header: absent, regexp: '.' }]", 200, 0)]
    [InlineData("fail_if_header_matches: [{ header: absent, regexp: '.', allow_missing: true }]", 200, 1)]
    [InlineData("fail_if_header_not_matches: [{ header: X-Flag, regexp: '^on$' }]", 200, 1)]
    [InlineData("fail_if_header_not_matches: [{ header: X-Flag, regexp: 'off' }]", 200, 0)]
    [InlineData("body_size_limit: 5B", 200, 1)]
    [InlineData("body_size_limit: 4B", 200, 0)]
    [InlineData("compression: lzma", 200, 0)]
    public async Task Rules_decide_which_answers_are_good(string rule, int status, int success)
    {
        await using HttpListenerHost host = await BlackboxHost.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers["X-Flag"] = "on";
            return http.Response.WriteAsync("hello");
        });

        ProbePage page = await ProbePage.OfAsync(rule.Length == 0 ? "prober: http" : $"prober: http\nhttp:\n  {rule}", $"http://127.0.0.1:{host.Port}");

        Assert.Equal(success, page["probe_success"]);
        Assert.Equal(status, page["probe_http_status_code"]);
        Assert.Equal(-1, page["probe_http_content_length"]);
        bool isRegexp = rule.Contains("regexp", StringComparison.Ordinal);
        Assert.Equal(isRegexp ? 1 - success : 0, page["probe_failed_due_to_regex"]);
    }

    [Fact]
    public async Task Method_headers_body_and_credentials_are_sent()
    {
        string seen = "";
        await using HttpListenerHost host = await BlackboxHost.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            seen = $"{http.Request.Method} {http.Request.Host} {http.Request.ContentType} {http.Request.Headers.Authorization} "
                + $"{http.Request.Headers["X-Key"]} {http.Request.Headers.UserAgent} {await reader.ReadToEndAsync()}";
        });

        ProbePage page = await ProbePage.OfAsync(
            """
            prober: http
            http:
              method: PUT
              headers: { Host: login.example.com, Content-Type: application/json, User-Agent: probe }
              http_headers: { X-Key: { secrets: [k] } }
              body: '{}'
              basic_auth: { username: u, password: p }
            """,
            $"http://127.0.0.1:{host.Port}/x");

        Assert.Equal(1, page["probe_success"]);
        Assert.Equal("PUT login.example.com application/json Basic dTpw k probe {}", seen);
    }

    [Fact]
    public async Task Redirects_are_followed_and_counted_and_cookies_kept()
    {
        var seen = new List<string>();
        await using HttpListenerHost host = await BlackboxHost.StartAsync(http =>
        {
            seen.Add($"{http.Request.Method} {http.Request.Path} {http.Request.Headers.Cookie} {http.Request.Headers.Authorization}");
            if (http.Request.Path == "/end")
            {
                return Task.CompletedTask;
            }
            http.Response.Headers.SetCookie = "a=b";
            http.Response.Redirect(http.Request.Path == "/" ? "/next" : $"http://other.test:{http.Request.Host.Port}/end");
            return Task.CompletedTask;
        });

        ProbePage page = await ProbePage.OfAsync(
            "prober: http\nhttp: { method: POST, body: x, bearer_token: t }", $"http://example.test:{host.Port}");

        Assert.Equal((1, 2, 200), (page["probe_success"], page["probe_http_redirects"], page["probe_http_status_code"]));
        // The third request goes to another host: our credentials are not for it.
        Assert.Equal(["POST /  Bearer t", "GET /next a=b Bearer t", "GET /end  "], seen);
    }

    [Fact]
    public async Task A_redirect_that_is_not_followed_is_the_answer()
    {
        await using HttpListenerHost host = await BlackboxHost.StartAsync(static http =>
        {
            http.Response.Redirect("/next");
            return Task.CompletedTask;
        });
        string target = $"http://127.0.0.1:{host.Port}";

        ProbePage good = await ProbePage.OfAsync("prober: http\nhttp: { follow_redirects: false, valid_status_codes: [302] }", target);
        ProbePage endless = await ProbePage.OfAsync("prober: http", target);

        Assert.Equal((1, 302, 1), (good["probe_success"], good["probe_http_status_code"], good["probe_http_redirects"]));
        Assert.Equal((0, 302, 11), (endless["probe_success"], endless["probe_http_status_code"], endless["probe_http_redirects"]));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Compressed_bodies_are_read_as_what_they_hold(string compression)
    {
        await using HttpListenerHost host = await BlackboxHost.StartAsync(async http =>
        {
            await using Stream stream = compression switch
            {
                "gzip" => new GZipStream(http.Response.Body, CompressionMode.Compress),
                "deflate" => new DeflateStream(http.Response.Body, CompressionMode.Compress),
                _ => new BrotliStream(http.Response.Body, CompressionMode.Compress),
            };
            await stream.WriteAsync(Encoding.UTF8.GetBytes(new string('x', 10_000)));
        });

        ProbePage page = await ProbePage.OfAsync(
            $"prober: http\nhttp:\n  compression: {compression}\n  fail_if_body_not_matches_regexp: ['^x+$']", $"http://127.0.0.1:{host.Port}");

        Assert.Equal((1, 10_000), (page["probe_success"], page["probe_http_uncompressed_body_length"]));
    }

    [Fact]
    public async Task Over_TLS_the_certificate_the_version_and_the_cipher_are_reported()
    {
        using var authority = new TestAuthority();
        await using HttpListenerHost host = await BlackboxHost.StartAsync(static http => http.Response.WriteAsync("x"), authority.Sign("secure.test"));
        string module = $"prober: http\nhttp:\n  tls_config:\n    ca: {BlackboxHost.Yaml(authority.Pem)}";

        ProbePage page = await ProbePage.OfAsync(module, $"https://secure.test:{host.Port}");
        ProbePage old = await ProbePage.OfAsync($"{module}\n    max_version: TLS12\n  enable_http2: false", $"https://secure.test:{host.Port}");
        ProbePage wrongName = await ProbePage.OfAsync(module, $"https://other.test:{host.Port}");
        ProbePage untrusted = await ProbePage.OfAsync("prober: http", $"https://secure.test:{host.Port}");
        ProbePage unchecked_ = await ProbePage.OfAsync("prober: http\nhttp: { tls_config: { insecure_skip_verify: true } }", $"https://secure.test:{host.Port}");

        Assert.Equal((1, 1, 2), (page["probe_success"], page["probe_http_ssl"], page["probe_http_version"]));
        double expiry = page["probe_ssl_earliest_cert_expiry"];
        Assert.InRange(expiry, TimeProvider.System.GetUtcNow().AddDays(28).ToUnixTimeSeconds(), TimeProvider.System.GetUtcNow().AddDays(30).ToUnixTimeSeconds());
        Assert.Equal(expiry, page["probe_ssl_last_chain_expiry_timestamp_seconds"]);
        Assert.Equal(1, page["probe_tls_version_info{version=\"TLS 1.3\"}"]);
        Assert.Contains("probe_tls_cipher_info{cipher=\"TLS_", page.Text, StringComparison.Ordinal);
        Assert.Matches(
            "probe_ssl_last_chain_info\\{fingerprint_sha256=\"[0-9a-f]{64}\",issuer=\"CN=test authority\",serialnumber=\"[0-9a-f]+\","
            + "subject=\"CN=secure.test\",subjectalternative=\"secure.test\"\\} 1\n", page.Text);
        Assert.True(page["probe_http_duration_seconds{phase=\"tls\"}"] > 0);
        Assert.Equal((1, 1.1, 1), (old["probe_success"], old["probe_http_version"], old["probe_tls_version_info{version=\"TLS 1.2\"}"]));
        Assert.Equal((0, 0), (wrongName["probe_success"], wrongName["probe_http_status_code"]));
        Assert.Equal(0, untrusted["probe_success"]);
        Assert.Equal((1, -62135596800), (unchecked_["probe_success"], unchecked_["probe_ssl_last_chain_expiry_timestamp_seconds"]));
    }

    [Fact]
    public async Task A_probe_ends_at_its_timeout()
    {
        await using HttpListenerHost host = await BlackboxHost.StartAsync(static http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));

        ProbePage page = await ProbePage.OfAsync("prober: http\ntimeout: 100ms", $"http://127.0.0.1:{host.Port}", "debug=true");

        Assert.Equal((0, 0), (page["probe_success"], page["probe_http_status_code"]));
        Assert.Contains("level=error module=m", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_that_cannot_be_served_are_refused_with_the_reason()
    {
        ProbePage unknown = await ProbePage.OfAsync("prober: http", "x", "module=other");
        ProbePage missing = await ProbePage.OfAsync("prober: http", "");
        ProbePage conflict = await ProbePage.OfAsync("prober: http\nhttp: { headers: { Host: a } }", "x", "hostname=b");
        ProbePage lookup = await ProbePage.OfAsync("prober: http", "http://nowhere.invalid");

        Assert.Equal((400, "Unknown module \"other\"\n"), (unknown.Status, unknown.Text));
        Assert.Equal((400, "Target parameter is missing\n"), (missing.Status, missing.Text));
        Assert.Equal(400, conflict.Status);
        Assert.Equal((200, 0), (lookup.Status, lookup["probe_success"]));
        Assert.Null(lookup.Find("probe_http_duration_seconds{phase=\"connect\"}"));
    }

    [Fact]
    public async Task A_proxy_is_asked_and_the_lookup_left_to_it_where_told_so()
    {
        string seen = "";
        await using HttpListenerHost proxy = await BlackboxHost.StartAsync(http =>
        {
            seen = $"{http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget} {http.Request.Host}";
            return Task.CompletedTask;
        });
        string module = $"prober: http\nhttp:\n  proxy_url: http://127.0.0.1:{proxy.Port}";

        ProbePage page = await ProbePage.OfAsync($"{module}\n  skip_resolve_phase_with_proxy: true", "http://inside.invalid/x");

        Assert.Equal(1, page["probe_success"]);
        Assert.Equal("http://inside.invalid/x inside.invalid", seen);
        Assert.Null(page.Find("probe_ip_protocol"));
    }

    [Fact]
    public async Task Over_TLS_a_proxy_is_given_the_address_and_the_server_its_name()
    {
        using var authority = new TestAuthority();
        await using HttpListenerHost host = await BlackboxHost.StartAsync(static http => http.Response.WriteAsync("x"), authority.Sign("secure.test"));
        string asked = "";
        await using var proxy = new DialogueServer(async (stream, stop) =>
        {
            asked = (await DialogueServer.HearAsync(stream, stop)).TrimEnd('\r');
            while ((await DialogueServer.HearAsync(stream, stop)).TrimEnd('\r').Length > 0)
            {
            }
            using var target = new System.Net.Sockets.TcpClient();
            await target.ConnectAsync(System.Net.IPAddress.Loopback, host.Port, stop);
            await DialogueServer.SayAsync(stream, "HTTP/1.1 200 OK\r\n\r\n", stop);
            await Task.WhenAny(stream.CopyToAsync(target.GetStream(), stop), target.GetStream().CopyToAsync(stream, stop));
        });

        ProbePage page = await ProbePage.OfAsync(
            $"prober: http\ntimeout: 20s\nhttp:\n  proxy_url: http://127.0.0.1:{proxy.Port}\n  tls_config: {{ ca: {BlackboxHost.Yaml(authority.Pem)} }}",
            $"https://secure.test:{host.Port}");

        Assert.Equal($"CONNECT 127.0.0.1:{host.Port} HTTP/1.1", asked);
        Assert.Equal((1, 1, 4), (page["probe_success"], page["probe_http_ssl"], page["probe_ip_protocol"]));
        Assert.True(page["probe_http_duration_seconds{phase=\"tls\"}"] > 0);
        Assert.Contains("subject=\"CN=secure.test\"", page.Text, StringComparison.Ordinal);
    }
}
