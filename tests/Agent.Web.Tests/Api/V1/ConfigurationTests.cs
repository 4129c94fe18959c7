using System.Net;
using System.Text.Json;

namespace Agent.Web.Tests.Api.V1;

public sealed class ConfigurationTests
{
    private const string Good = """
        // a comment with a secret: hunter1
        test.note "a" {
          text     = "hello"
          password = "hunter2"
        }
        """;

    [Fact]
    public async Task What_runs_is_shown_line_for_line_without_secrets_and_comments()
    {
        await using WebHarness web = await WebHarness.StartAsync(Good);
        JsonElement answer = await web.DataAsync("configuration");
        string text = TextOf(answer.GetProperty("running"));
        Assert.Equal("// comment\ntest.note \"a\" {\n  text     = \"hello\"\n  password = \"(secret)\"\n}", text);
        Assert.Equal(64, answer.GetProperty("running").GetProperty("hash").GetString()!.Length);
        Assert.True(answer.GetProperty("last").GetProperty("success").GetBoolean());
    }

    [Fact]
    public async Task A_refused_reload_gives_its_diagnostics_and_both_sources()
    {
        await using WebHarness web = await WebHarness.StartAsync(Good);
        web.Configuration = Good + "\n\ntest.nope \"b\" {\n  password = \"hunter3\"\n}";
        (HttpStatusCode status, string body) = await web.PostAsync("configuration/reload");
        Assert.Equal(HttpStatusCode.OK, status);
        JsonElement answer = WebHarness.Data(body);
        JsonElement last = answer.GetProperty("last");
        Assert.False(last.GetProperty("success").GetBoolean());
        JsonElement diagnostic = last.GetProperty("diagnostics")[0];
        Assert.Equal(("error", 7, 1), (diagnostic.GetProperty("severity").GetString(), diagnostic.GetProperty("line").GetInt32(), diagnostic.GetProperty("column").GetInt32()));
        Assert.Contains("test.nope", TextOf(last), StringComparison.Ordinal);
        Assert.DoesNotContain("test.nope", TextOf(answer.GetProperty("running")), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test.note \"a\" {\n  text = \"hello\"\n  password = \"hunter3\"\n  text = = \"hunter4\"\n}")]
    [InlineData("test.note \"a\" {\n  password = \"hunter3\n}")]
    [InlineData("test.note \"a\" {\n  password = `hunter3\nhunter4")]
    [InlineData("/* hunter3\n test.note \"a\" { }")]
    [InlineData("password = \"hunter3\\\"hunter4\" }")]
    public async Task A_source_that_does_not_parse_hides_every_text_that_does_not_run(string broken)
    {
        await using WebHarness web = await WebHarness.StartAsync(Good);
        web.Configuration = broken;
        JsonElement last = WebHarness.Data((await web.PostAsync("configuration/reload")).Body).GetProperty("last");
        string shown = TextOf(last);
        Assert.DoesNotContain("hunter", shown, StringComparison.Ordinal);
        Assert.Equal(broken.Count(static c => c == '\n'), shown.Count(static c => c == '\n'));
        Assert.Equal(broken.Contains("hello", StringComparison.Ordinal), shown.Contains("\"hello\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reload_needs_a_header_that_no_other_site_can_send()
    {
        await using WebHarness web = await WebHarness.StartAsync(Good);
        web.Configuration = "test.note \"z\" {\n text = \"new\"\n}";
        Assert.Equal(HttpStatusCode.Forbidden, (await web.PostAsync("configuration/reload", "", ("X-Other", "1"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await web.PostAsync("configuration/reload", "", ("X-Invar-Request", "1"), ("Sec-Fetch-Site", "cross-site"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await web.PostAsync("configuration/reload", "", ("X-Invar-Request", "1"), ("Origin", "http://evil.example"))).Status);
        Assert.Equal("test.note.a", Assert.Single(web.Nodes).Id);

        string origin = $"http://127.0.0.1:{web.Port}";
        Assert.Equal(HttpStatusCode.OK, (await web.PostAsync("configuration/reload", "", ("X-Invar-Request", "1"), ("Sec-Fetch-Site", "same-origin"), ("Origin", origin))).Status);
        Assert.Equal("test.note.z", Assert.Single(web.Nodes).Id);
    }

    [Fact]
    public async Task The_old_path_of_a_reload_refuses_other_sites_too()
    {
        await using WebHarness web = await WebHarness.StartAsync(Good);
        using var request = new HttpRequestMessage(HttpMethod.Get, web.Url("/-/reload"));
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using HttpResponseMessage response = await web.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/-/reload")).Status);
    }

    [Fact]
    public async Task A_read_only_agent_is_not_reloaded_over_HTTP()
    {
        await using WebHarness web = await WebHarness.StartAsync(Good, new WebOptions { ListenAddress = "127.0.0.1:0", AllowsChanges = false });
        Assert.Equal(HttpStatusCode.Forbidden, (await web.PostAsync("configuration/reload")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await web.GetAsync("/-/reload")).Status);
        Assert.False((await web.DataAsync("configuration")).GetProperty("canReload").GetBoolean());
    }

    [Fact]
    public async Task Other_methods_are_refused()
    {
        await using WebHarness web = await WebHarness.StartAsync(Good);
        using HttpResponseMessage deleted = await web.Client.DeleteAsync(new Uri(web.Url("/api/v1/configuration")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await web.PostAsync("configuration")).Status);
    }

    private static string TextOf(JsonElement load) =>
        string.Join('\n', load.GetProperty("files")[0].GetProperty("lines").EnumerateArray().Select(static line => line.GetString()));
}
