using System.Net;
using System.Text.Json;

namespace Agent.Web.Tests.Api.V1;

public sealed class ScrapeTargetsTests
{
    private const string Two = """
        test.scraper "a" {
          job     = "first"
          count   = 6
          dropped = 2
        }

        test.scraper "b" {
          job   = "second"
          count = 3
        }

        test.rules "r" {
          rule { name = "one" }
          rule { name = "drop" }
        }
        """;

    private const string Chain = """
        test.rules "r1" { }

        test.rules "r2" {
          targets = test.rules.r1.output
        }

        test.scraper "a" {
          job     = "first"
          targets = test.rules.r2.output
        }
        """;

    private static async Task<JsonElement> AskAsync(string query)
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        return await web.DataAsync("scrape-targets" + query);
    }

    [Fact]
    public async Task All_targets_are_counted_and_those_in_trouble_stand_first()
    {
        JsonElement answer = await AskAsync("");
        Assert.Equal("{\"up\":3,\"down\":3,\"unknown\":3,\"dropped\":3}", answer.GetProperty("counts").GetRawText());
        Assert.Equal(12, answer.GetProperty("total").GetInt32());
        Assert.Equal(
            ["down", "down", "down", "unknown", "unknown", "unknown", "dropped", "dropped", "dropped", "up", "up", "up"],
            answer.GetProperty("targets").EnumerateArray().Select(static target => target.GetProperty("health").GetString()));
        Assert.Equal(["first", "second"], answer.GetProperty("jobs").EnumerateArray().Select(static job => job.GetString()));
    }

    [Theory]
    [InlineData("?health=down", 3)]
    [InlineData("?job=second", 3)]
    [InlineData("?component=test.scraper.b&health=up", 1)]
    [InlineData("?q=10.0.0.1%3A80", 3)]
    [InlineData("?q=instance%3D10.0.0.5", 1)]
    [InlineData("?q=STATUS%20500", 3)]
    [InlineData("?q=nothing", 0)]
    [InlineData("?job=%3Cscript%3E", 0)]
    public async Task Filters_narrow_them_down(string query, int expected)
    {
        JsonElement answer = await AskAsync(query);
        Assert.Equal(expected, answer.GetProperty("total").GetInt32());
        Assert.Equal(expected, answer.GetProperty("targets").GetArrayLength());
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gaps()
    {
        await using WebHarness web = await WebHarness.StartAsync("test.scraper \"a\" {\n job = \"x\"\n count = 10000\n}");
        JsonElement second = await web.DataAsync("scrape-targets?sort=url&page=2&size=100");
        Assert.Equal(10000, second.GetProperty("total").GetInt32());
        Assert.Equal(100, second.GetProperty("targets").GetArrayLength());
        JsonElement last = await web.DataAsync("scrape-targets?sort=url&page=100&size=100");
        JsonElement first = await web.DataAsync("scrape-targets?sort=-url&page=1&size=100");
        Assert.Equal(
            last.GetProperty("targets").EnumerateArray().Last().GetProperty("url").GetString(), first.GetProperty("targets")[0].GetProperty("url").GetString());
        Assert.Equal(0, (await web.DataAsync("scrape-targets?page=101&size=100")).GetProperty("targets").GetArrayLength());
    }

    [Theory]
    [InlineData("?page=0")]
    [InlineData("?page=-1")]
    [InlineData("?page=x")]
    [InlineData("?size=0")]
    [InlineData("?size=501")]
    [InlineData("?page=99999999999999")]
    public async Task Pages_that_make_no_sense_are_refused(string query)
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        Assert.Equal(HttpStatusCode.BadRequest, (await web.GetAsync("/api/v1/scrape-targets" + query)).Status);
    }

    [Fact]
    public async Task A_target_dropped_by_rules_names_the_rule()
    {
        JsonElement answer = await AskAsync("?component=test.rules.r");
        JsonElement dropped = Assert.Single(answer.GetProperty("targets").EnumerateArray());
        Assert.Equal("dropped by rule 2 of test.rules.r", dropped.GetProperty("reason").GetString());
        Assert.Equal("gone:80", dropped.GetProperty("discovered").GetProperty("__address__").GetString());
    }

    [Fact]
    public async Task A_target_tells_what_it_was_before_each_relabelling_but_no_secrets()
    {
        await using WebHarness web = await WebHarness.StartAsync(Chain);
        (HttpStatusCode status, string body) = await web.PostAsync(
            "components/test.scraper.a/origin", """{"labels": {"__address__": "10.0.0.0:80", "job": "first", "__scheme__": "http"}}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            [
                """test.rules.r1 {"__address__":"far:80"}""",
                """test.rules.r2 {"__address__":"http://(secret)@before:80","__param_api_key":"(secret)"}""",
            ],
            WebHarness.Data(body).GetProperty("steps").EnumerateArray().Select(static step => $"{step.GetProperty("component")} {step.GetProperty("labels").GetRawText()}"));

        (_, body) = await web.PostAsync("components/test.scraper.a/origin", """{"labels": {"__address__": "unknown:80"}}""");
        Assert.Equal(0, WebHarness.Data(body).GetProperty("steps").GetArrayLength());
        Assert.Equal(HttpStatusCode.BadRequest, (await web.PostAsync("components/test.scraper.a/origin", "[]")).Status);
    }

    [Fact]
    public async Task A_raw_answer_is_shown_as_text_for_active_targets_alone_and_not_where_it_is_switched_off()
    {
        const string Path = "/api/v1/scrape-targets/raw?component=test.scraper.a&url=";
        await using WebHarness web = await WebHarness.StartAsync(Two);
        using HttpResponseMessage answer = await web.Client.GetAsync(new Uri(web.Url(Path + "http%3A%2F%2F10.0.0.0%3A80%2Fmetrics")));
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("up 1\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadGateway, (await web.GetAsync(Path + "http%3A%2F%2F10.0.0.1%3A80%2Fmetrics")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync(Path + "http%3A%2F%2F169.254.169.254%2F")).Status);

        await using WebHarness off = await WebHarness.StartAsync(Two, new WebOptions { ListenAddress = "127.0.0.1:0", RawScrapes = false });
        Assert.Equal(HttpStatusCode.Forbidden, (await off.GetAsync(Path + "http%3A%2F%2F10.0.0.0%3A80%2Fmetrics")).Status);
    }
}
