using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;

namespace Agent.Web.Tests.Pages;

public sealed partial class UiEndpointsTests
{
    [Fact]
    public async Task The_page_says_that_it_loads_its_own_scripts_and_styles_only()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        using HttpResponseMessage response = await web.Client.GetAsync(new Uri(web.Url("/")));
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        string page = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("//", page.Replace("http://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]*src)", page);
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/agent", "/agent/")]
    [InlineData("/a/b/", "/a/b/")]
    [InlineData("/\"><script>", "/%22%3E%3Cscript%3E/")]
    public async Task The_page_knows_the_prefix_it_is_served_under(string prefix, string expected)
    {
        await using WebHarness web = await WebHarness.StartAsync(prefix: prefix);
        string page = (await web.GetAsync(expected)).Body;
        Assert.Contains($"<base href=\"{expected}\"", page, StringComparison.Ordinal);
        foreach (string asset in AssetsOf(page))
        {
            Assert.Equal(HttpStatusCode.OK, (await web.GetAsync(expected + asset)).Status);
        }
    }

    [Fact]
    public async Task The_page_of_a_view_names_what_the_view_is_made_of_and_its_first_question()
    {
        await using WebHarness web = await WebHarness.StartAsync(prefix: "/agent");
        string graph = (await web.GetAsync("/agent/graph")).Body;
        Assert.Matches("<link rel=\"modulepreload\" crossorigin href=\"./assets/Graph-[^\"]+[.]js\" />", graph);
        Assert.Matches("<link rel=\"stylesheet\" crossorigin href=\"./assets/Graph-[^\"]+[.]css\" />", graph);
        Assert.Contains("<link rel=\"preload\" as=\"fetch\" crossorigin href=\"api/v1/graph\" />", graph, StringComparison.Ordinal);
        Assert.Contains("assets/Targets-", (await web.GetAsync("/agent/targets")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("modulepreload", (await web.GetAsync("/agent/")).Body, StringComparison.Ordinal);
        string other = (await web.GetAsync("/agent/no/such/page")).Body;
        Assert.DoesNotContain("modulepreload", other, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"api/v1/components\"", other, StringComparison.Ordinal);
        Assert.Contains("href=\"api/v1/components\"", (await web.GetAsync("/agent/")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_and_their_API_move_under_the_prefix_and_probes_do_not()
    {
        await using WebHarness web = await WebHarness.StartAsync("""test.note "a" { text = "x" }""", "/agent");
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/agent/component/test.note.a")).Status);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/agent/api/v0/web/components")).Status);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/agent/api/v1/components")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync("/api/v1/components")).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await web.GetAsync("/")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync("/agents")).Status);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/-/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/metrics")).Status);
    }

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/graph?focus=x", HttpStatusCode.OK)]
    [InlineData("/component/test.note.a", HttpStatusCode.OK)]
    [InlineData("/component/test.note.b", HttpStatusCode.NotFound)]
    [InlineData("/component/", HttpStatusCode.NotFound)]
    [InlineData("/docs/test.note", HttpStatusCode.OK)]
    [InlineData("/docs/test.other", HttpStatusCode.NotFound)]
    [InlineData("/graph/more", HttpStatusCode.NotFound)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task Every_view_has_an_address_and_what_is_not_there_says_so(string path, HttpStatusCode expected)
    {
        await using WebHarness web = await WebHarness.StartAsync("""test.note "a" { text = "x" }""");
        (HttpStatusCode status, string body) = await web.GetAsync(path);
        Assert.Equal(expected, status);
        Assert.StartsWith("<!doctype html>", body, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/assets/../index.html")]
    [InlineData("/assets/..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/assets/%2e%2e/index.html")]
    [InlineData("/assets/....//index.html")]
    [InlineData("/assets/")]
    [InlineData("/assets/nothing.js")]
    public async Task Nothing_but_what_is_embedded_is_served(string path)
    {
        await using WebHarness web = await WebHarness.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler());
        var uri = new Uri(web.Url(path), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using HttpResponseMessage response = await client.GetAsync(uri);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.DoesNotContain("root:", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_asked_for_again_and_not_sent_again()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        using HttpResponseMessage first = await web.Client.GetAsync(new Uri(web.Url("/graph")));
        Assert.True(first.Headers.CacheControl!.NoCache);
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync("/graph"));
        // Each view's page names the files of the view, and so has a tag of its own.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/targets"));

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, web.Url(path));
            request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using HttpResponseMessage again = await web.Client.SendAsync(request);
            return again.StatusCode;
        }
    }

    [Fact]
    public async Task Assets_are_sent_packed_to_those_who_accept_it_and_kept_for_ever()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        string asset = AssetsOf((await web.GetAsync("/")).Body).First(static name => name.EndsWith(".js", StringComparison.Ordinal));
        string plain = (await web.GetAsync("/" + asset)).Body;

        using var request = new HttpRequestMessage(HttpMethod.Get, web.Url("/" + asset));
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using HttpResponseMessage response = await web.Client.SendAsync(request);
        Assert.Equal("text/javascript; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        using var reader = new StreamReader(new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        Assert.Equal(plain, await reader.ReadToEndAsync());

        using var again = new HttpRequestMessage(HttpMethod.Get, web.Url("/" + asset));
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        using HttpResponseMessage known = await web.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    [Fact]
    public async Task The_first_view_fits_its_budget()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        string page = (await web.GetAsync("/")).Body;
        long bytes = page.Length;
        foreach (string asset in AssetsOf(page))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, web.Url("/" + asset));
            request.Headers.AcceptEncoding.ParseAdd("gzip");
            using HttpResponseMessage response = await web.Client.SendAsync(request);
            bytes += response.Content.Headers.ContentLength!.Value;
        }
        Assert.InRange(bytes, 1, 200 * 1024);
    }

    private static List<string> AssetsOf(string page) => [.. Asset().Matches(page).Select(static match => match.Groups[1].Value)];

    [GeneratedRegex("\"(?:\\./)?(assets/[^\"]+)\"")]
    private static partial Regex Asset();
}
