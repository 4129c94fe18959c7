using System.IO.Compression;
using System.Net;

namespace Agent.Web.Tests;

public sealed class ControlEndpointsTests
{
    [Fact]
    public async Task Ready_is_503_until_the_first_load_and_stays_200_after_a_failed_one()
    {
        await using WebHarness web = await WebHarness.StartAsync("""test.note "a" { text = "x" }""", load: false);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Alloy is not ready.\n"), await web.GetAsync("/-/ready"));

        await web.LoadAsync();
        Assert.Equal((HttpStatusCode.OK, "Alloy is ready.\n"), await web.GetAsync("/-/ready"));

        web.Configuration = "broken {";
        await web.GetAsync("/-/reload");
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/-/ready")).Status);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/-/healthy")]
    [InlineData("/-/reload")]
    [InlineData("/-/support")]
    [InlineData("/")]
    [InlineData("/api/v0/web/components")]
    public async Task Before_the_first_load_nothing_is_shown_or_done(string path)
    {
        await using WebHarness web = await WebHarness.StartAsync("""test.note "a" { text = "x" }""", load: false);
        using HttpResponseMessage response = await web.Client.GetAsync(new Uri(web.Url(path)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("Alloy is not ready.\n", await response.Content.ReadAsStringAsync());
        Assert.True(response.Headers.ConnectionClose);
        Assert.Empty(web.Nodes);
    }

    [Fact]
    public async Task The_http_block_holds_when_the_load_that_brings_it_is_done()
    {
        await using WebHarness web = await WebHarness.StartAsync(load: false);
        web.Configuration = """
            http {
              auth {
                basic {
                  username = "someone"
                  password = "opensesame"
                }
              }
            }
            """;
        await web.LoadAsync();
        Assert.NotNull(web.Access.Current.Authentication);
        Assert.Equal(HttpStatusCode.Unauthorized, (await web.GetAsync("/metrics")).Status);

        web.Access.Freeze();
        web.Configuration = "";
        await web.LoadAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await web.GetAsync("/metrics")).Status);
    }

    [Fact]
    public async Task Healthy_names_the_components_that_are_not()
    {
        await using WebHarness web = await WebHarness.StartAsync("""test.note "a" { text = "x" }""");
        Assert.Equal((HttpStatusCode.OK, "All Alloy components are healthy.\n"), await web.GetAsync("/-/healthy"));

        web.Configuration = """
            test.note "a" {
              text      = "x"
              complaint = "sore"
            }
            """;
        await web.LoadAsync();
        Assert.Equal((HttpStatusCode.InternalServerError, "unhealthy components: test.note\n"), await web.GetAsync("/-/healthy"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Reload_loads_the_configuration_again(string method)
    {
        await using WebHarness web = await WebHarness.StartAsync("""test.note "a" { text = "x" }""");
        web.Configuration = """test.note "b" { text = "y" }""";
        using var request = new HttpRequestMessage(new HttpMethod(method), web.Url("/-/reload"));
        using HttpResponseMessage response = await web.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("config reloaded\n", await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/api/v0/web/components/test.note.b")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync("/api/v0/web/components/test.note.a")).Status);
    }

    [Fact]
    public async Task A_refused_reload_answers_400_with_all_errors_and_changes_nothing()
    {
        await using WebHarness web = await WebHarness.StartAsync("""test.note "a" { text = "x" }""");
        web.Configuration = """
            test.note "b" { }
            test.nope "c" { }
            """;
        (HttpStatusCode status, string body) = await web.GetAsync("/-/reload");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("test.alloy:2:1: cannot find the definition of component name \"test.nope\"", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/api/v0/web/components/test.note.a")).Status);
    }

    [Fact]
    public async Task Other_methods_are_refused()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        using HttpResponseMessage reload = await web.Client.DeleteAsync(new Uri(web.Url("/-/reload")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, reload.StatusCode);
        using HttpResponseMessage page = await web.Client.DeleteAsync(new Uri(web.Url("/")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, page.StatusCode);
    }

    [Theory]
    [InlineData("/debug/pprof/heap", HttpStatusCode.NotFound)]
    [InlineData("/api/v0/component/x/metrics", HttpStatusCode.NotFound)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task What_is_not_there_says_so(string path, HttpStatusCode expected)
    {
        await using WebHarness web = await WebHarness.StartAsync();
        (HttpStatusCode status, string body) = await web.GetAsync(path);
        Assert.Equal(expected, status);
        Assert.NotEmpty(body);
    }

    [Fact]
    public async Task Metrics_are_served_as_text()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        web.Services.Metrics.Scope().Gauge("a_gauge", "A gauge.").Set(2);
        using HttpResponseMessage response = await web.Client.GetAsync(new Uri(web.Url("/metrics")));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("# TYPE a_gauge gauge\na_gauge 2\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, GZIP;q=0.5", true)]
    [InlineData("gzip;q=0, identity", false)]
    [InlineData("zstd", false)]
    [InlineData("", false)]
    public async Task Metrics_are_compressed_for_clients_that_accept_it(string accepted, bool compressed)
    {
        await using WebHarness web = await WebHarness.StartAsync();
        web.Services.Metrics.Scope().Gauge("a_gauge", "A gauge.").Set(2);
        using var request = new HttpRequestMessage(HttpMethod.Get, web.Url("/metrics"));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using HttpResponseMessage response = await web.Client.SendAsync(request);
        Assert.Equal(compressed, response.Content.Headers.ContentEncoding.Contains("gzip"));
        Stream body = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(compressed ? new GZipStream(body, CompressionMode.Decompress) : body);
        Assert.Contains("a_gauge 2\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
