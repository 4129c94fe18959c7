using System.Net;

namespace Agent.Web.Tests.Pages;

public sealed class PageEndpointsTests
{
    [Fact]
    public async Task The_index_lists_components_and_escapes_what_they_say()
    {
        await using WebHarness web = await WebHarness.StartAsync("""
            test.note "a" {
              text      = "x"
              complaint = "<script>alert(1)</script>"
            }
            """);
        using HttpResponseMessage response = await web.Client.GetAsync(new Uri(web.Url("/")));
        string body = await response.Content.ReadAsStringAsync();
        Assert.Contains("<a href=\"/component/test.note.a\">test.note.a</a>", body, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", body, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'; style-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_load_shows_on_the_index()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        web.Configuration = "test.nope \"x\" { }";
        await web.LoadAsync();
        Assert.Contains("test.nope", (await web.GetAsync("/")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/agent")]
    [InlineData("/agent/")]
    public async Task Pages_and_their_API_move_under_the_prefix_and_probes_do_not(string prefix)
    {
        await using WebHarness web = await WebHarness.StartAsync("""test.note "a" { text = "x" }""", prefix);
        Assert.Contains("/agent/component/test.note.a", (await web.GetAsync("/agent/")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/agent/component/test.note.a")).Status);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/agent/style.css")).Status);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/agent/api/v0/web/components")).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await web.GetAsync("/")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync("/agents")).Status);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/-/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/metrics")).Status);
    }
}
