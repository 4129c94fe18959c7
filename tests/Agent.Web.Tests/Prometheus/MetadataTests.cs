using System.Net;
using System.Text.Json;

namespace Agent.Web.Tests.Prometheus;

public sealed class MetadataTests
{
    private const string Pools = """
        test.scraper "a" {
          job = "one"
        }

        test.scraper "b" {
          job   = "two"
          count = 1
          help  = "Uno."
        }
        """;

    [Fact]
    public async Task Each_metric_has_what_is_told_of_it_once()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        Assert.Equal(
            """
            {"status":"success","data":{"a":[{"type":"counter","help":"One.","unit":""},{"type":"counter","help":"Uno.","unit":""}],
            "b_seconds":[{"type":"histogram","help":"Two.","unit":"seconds"}],"c":[{"type":"unknown","help":"","unit":""}]}}
            """.Replace("\n", "", StringComparison.Ordinal), (await web.GetAsync("/api/v1/metadata")).Body);
    }

    [Theory]
    [InlineData("?limit=1", "a:2")]
    [InlineData("?limit=0", "")]
    [InlineData("?limit=-1", "a:2 b_seconds:1 c:1")]
    [InlineData("?limit_per_metric=1", "a:1 b_seconds:1 c:1")]
    [InlineData("?limit_per_metric=0", "a:2 b_seconds:1 c:1")]
    [InlineData("?metric=b_seconds", "b_seconds:1")]
    [InlineData("?metric=nothing", "")]
    public async Task Limits_and_a_name_choose_among_metrics(string query, string expected)
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        using JsonDocument answer = await TargetsTests.GetAsync(web, "/api/v1/metadata" + query);
        Assert.Equal(
            expected,
            string.Join(' ', answer.RootElement.GetProperty("data").EnumerateObject().Select(static metric => $"{metric.Name}:{metric.Value.GetArrayLength()}")));
    }

    [Theory]
    [InlineData("/api/v1/metadata?limit=x", "limit must be a number")]
    [InlineData("/api/v1/metadata?limit_per_metric=1.5", "limit_per_metric must be a number")]
    [InlineData("/api/v1/targets/metadata?limit=x", "limit must be a number")]
    [InlineData("/api/v1/targets/metadata?match_target={", "expected a label's name")]
    [InlineData("/api/v1/targets/metadata?match_target=a b", "unexpected text after the selector")]
    [InlineData("/api/v1/targets/metadata?match_target={a=\"b\"", "expected , or } after a label matcher")]
    [InlineData("/api/v1/targets/metadata?match_target={a=~\"(\"}", "missing closing )")]
    [InlineData("/api/v1/targets/metadata?match_target={a=~!~\"b\"}", "expected a text in quotes")]
    [InlineData("/api/v1/targets/metadata?match_target={a\"b\"}", "expected one of =, !=, =~ and !~")]
    [InlineData("/api/v1/targets/metadata?match_target=1", "a selector begins with")]
    public async Task What_is_wrong_with_a_parameter_is_said_in_the_shape_of_Prometheus(string path, string error)
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        (HttpStatusCode status, string body) = await web.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        using JsonDocument answer = JsonDocument.Parse(body);
        Assert.Equal(["status", "errorType", "error"], answer.RootElement.EnumerateObject().Select(static property => property.Name));
        Assert.Equal("bad_data", answer.RootElement.GetProperty("errorType").GetString());
        Assert.Contains(error, answer.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_is_named_with_what_it_tells()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        Assert.Equal(
            """
            {"status":"success","data":[{"target":{"instance":"10.0.0.0:80","job":"two"},"metric":"b_seconds","type":"histogram","help":"Two.","unit":"seconds"},
            {"target":{"instance":"10.0.0.0:80","job":"two"},"metric":"a","type":"counter","help":"Uno.","unit":""},
            {"target":{"instance":"10.0.0.0:80","job":"two"},"metric":"c","type":"unknown","help":"","unit":""}]}
            """.Replace("\n", "", StringComparison.Ordinal), (await web.GetAsync("/api/v1/targets/metadata?match_target={job=\"two\"}")).Body);
        Assert.Equal(
            """
            {"status":"success","data":[{"target":{"instance":"10.0.0.0:80","job":"one"},"type":"counter","help":"One.","unit":""}]}
            """, (await web.GetAsync("/api/v1/targets/metadata?metric=a&limit=1")).Body);
    }

    [Theory]
    [InlineData("{}", 4)]
    [InlineData("{ job != 'two', }", 3)]
    [InlineData("{job=~\"t.o|other\"}", 1)]
    [InlineData("{job!~`o.*`}", 1)]
    [InlineData("{job=~\"w\"}", 0)]
    [InlineData("{\"job\"=\"o\\u006ee\", absent=\"\"}", 3)]
    [InlineData("{job='it\\'s \"quoted\"'}", 0)]
    [InlineData("up{job=\"one\"}", 0)]
    [InlineData("up", 0)]
    public async Task A_selector_chooses_targets_by_their_labels(string selector, int targets)
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        using JsonDocument answer = await TargetsTests.GetAsync(web, "/api/v1/targets/metadata?metric=a&match_target=" + Uri.EscapeDataString(selector));
        Assert.Equal(targets, answer.RootElement.GetProperty("data").GetArrayLength());
    }
}
