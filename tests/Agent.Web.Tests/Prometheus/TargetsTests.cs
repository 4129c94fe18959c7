using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Agent.Web.Prometheus;

namespace Agent.Web.Tests.Prometheus;

public sealed class TargetsTests
{
    private const string Pools = """
        test.scraper "b" {
          job     = "two"
          count   = 1
          dropped = 2
        }

        test.note "x" {
          text = "not a scraper"
        }

        test.scraper "a" {
          job = "one"
        }
        """;

    [Fact]
    public async Task Targets_have_the_fields_of_Prometheus_in_its_order()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        (HttpStatusCode status, string body) = await web.GetAsync("/api/v1/targets?scrapePool=test.scraper.b");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            """
            {"status":"success","data":{"activeTargets":[{"discoveredLabels":{"__address__":"10.0.0.0:80","__metrics_path__":"10.0.0.0:80","job":"two"},
            "labels":{"instance":"10.0.0.0:80","job":"two"},"scrapePool":"test.scraper.b","scrapeUrl":"http://10.0.0.0:80/metrics",
            "globalUrl":"http://10.0.0.0:80/metrics","lastError":"","lastScrape":"1970-01-01T00:00:01.5Z","lastScrapeDuration":0.05,"health":"up",
            "scrapeInterval":"1m","scrapeTimeout":"10s"}],
            "droppedTargets":[{"discoveredLabels":{"dropped":"10.0.0.0:80","job":"two"},"scrapePool":"test.scraper.b"},
            {"discoveredLabels":{"dropped":"10.0.0.1:80","job":"two"},"scrapePool":"test.scraper.b"}],
            "droppedTargetCounts":{"test.scraper.a":0,"test.scraper.b":2}}}
            """.Replace("\n", "", StringComparison.Ordinal), body);
    }

    [Fact]
    public async Task A_target_is_up_down_or_unknown_and_says_why_it_is_down()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        using JsonDocument answer = await GetAsync(web, "/api/v1/targets?scrapePool=test.scraper.a");
        JsonElement[] targets = [.. Data(answer).GetProperty("activeTargets").EnumerateArray()];
        Assert.Equal(["up", "down", "unknown"], targets.Select(static target => target.GetProperty("health").GetString()));
        Assert.Equal("server returned HTTP status 500 \"<é>\"", targets[1].GetProperty("lastError").GetString());
        Assert.Equal(10, targets[1].GetProperty("lastScrapeDuration").GetDouble());
        Assert.Equal("0001-01-01T00:00:00Z", targets[2].GetProperty("lastScrape").GetString());
        Assert.Equal("", targets[2].GetProperty("lastError").GetString());
    }

    [Fact]
    public async Task Targets_that_rules_dropped_on_their_way_to_a_pool_are_its_dropped_targets()
    {
        await using WebHarness web = await WebHarness.StartAsync("""
            test.rules "r" { }

            test.rules "s" {
              targets = test.rules.r.output
            }

            test.scraper "a" {
              job     = "one"
              dropped = 1
              targets = concat(test.rules.r.output, test.rules.s.output)
            }

            test.scraper "b" {
              job = "two"
            }
            """);
        using JsonDocument answer = await GetAsync(web, "/api/v1/targets?state=dropped");
        Assert.Equal(
            [
                """{"discoveredLabels":{"dropped":"10.0.0.0:80","job":"one"},"scrapePool":"test.scraper.a"}""",
                """{"discoveredLabels":{"__address__":"gone:80"},"scrapePool":"test.scraper.a"}""",
                """{"discoveredLabels":{"__address__":"gone:80"},"scrapePool":"test.scraper.a"}""",
            ],
            Data(answer).GetProperty("droppedTargets").EnumerateArray().Select(static target => target.GetRawText()));
        Assert.Equal("""{"test.scraper.a":3,"test.scraper.b":0}""", Data(answer).GetProperty("droppedTargetCounts").GetRawText());
        using JsonDocument other = await GetAsync(web, "/api/v1/targets?state=dropped&scrapePool=test.scraper.b");
        Assert.Equal(0, Data(other).GetProperty("droppedTargets").GetArrayLength());
    }

    [Theory]
    [InlineData("", 4, 2, true)]
    [InlineData("?state=any", 4, 2, true)]
    [InlineData("?state=ACTIVE", 4, 0, false)]
    [InlineData("?state=dropped", 0, 2, true)]
    [InlineData("?state=broken", 0, 0, false)]
    [InlineData("?scrapePool=test.scraper.a", 3, 0, true)]
    [InlineData("?scrapePool=none", 0, 0, true)]
    public async Task State_and_pool_choose_among_targets(string query, int active, int dropped, bool withCounts)
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        using JsonDocument answer = await GetAsync(web, "/api/v1/targets" + query);
        Assert.Equal(active, Data(answer).GetProperty("activeTargets").GetArrayLength());
        Assert.Equal(dropped, Data(answer).GetProperty("droppedTargets").GetArrayLength());
        Assert.Equal(withCounts ? JsonValueKind.Object : JsonValueKind.Null, Data(answer).GetProperty("droppedTargetCounts").ValueKind);
    }

    [Fact]
    public async Task Ten_thousand_targets_are_sent_in_pieces_and_are_all_there_compressed_or_not()
    {
        await using WebHarness web = await WebHarness.StartAsync("test.scraper \"many\" {\n  job = \"x\"\n  count = 10000\n}\n");
        using JsonDocument plain = await GetAsync(web, "/api/v1/targets");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(web.Url("/api/v1/targets")));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using HttpResponseMessage response = await web.Client.SendAsync(request);
        await using var unpacked = new System.IO.Compression.GZipStream(
            await response.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        using JsonDocument packed = await JsonDocument.ParseAsync(unpacked);

        Assert.Equal(10_000, Data(plain).GetProperty("activeTargets").GetArrayLength());
        Assert.Equal("10.0.0.9999:80", Data(plain).GetProperty("activeTargets")[9999].GetProperty("labels").GetProperty("instance").GetString());
        Assert.Equal(plain.RootElement.GetRawText(), packed.RootElement.GetRawText());
    }

    [Fact]
    public async Task Scrape_pools_are_the_components_that_scrape()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools);
        Assert.Equal(
            """
            {"status":"success","data":{"scrapePools":["test.scraper.a","test.scraper.b"]}}
            """, (await web.GetAsync("/api/v1/scrape_pools")).Body);
    }

    [Fact]
    public async Task The_API_lies_below_the_path_prefix_as_with_Prometheus()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pools, prefix: "/agent");
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/agent/api/v1/targets")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync("/api/v1/targets")).Status);
    }

    [Fact]
    public async Task What_is_not_served_is_said_in_the_words_of_the_API()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        (HttpStatusCode status, string body) = await web.GetAsync("/api/v1/query?query=up");
        Assert.Equal(HttpStatusCode.NotFound, status);
        using JsonDocument answer = JsonDocument.Parse(body);
        Assert.Equal("error", answer.RootElement.GetProperty("status").GetString());
        Assert.Equal("not_found", answer.RootElement.GetProperty("errorType").GetString());
    }

    [Theory]
    [InlineData("http://localhost:9100/metrics", "http://node-1:9100/metrics")]
    [InlineData("http://127.0.0.1/metrics?a=b:c", "http://node-1/metrics?a=b:c")]
    [InlineData("https://[::1]:9100/metrics", "https://node-1:9100/metrics")]
    [InlineData("http://10.0.0.1:9100/metrics", "http://10.0.0.1:9100/metrics")]
    [InlineData("http://[fe80::1]/metrics", "http://[fe80::1]/metrics")]
    [InlineData("http://localhost", "http://node-1")]
    [InlineData("nothing", "nothing")]
    public void A_target_on_loopback_is_elsewhere_known_by_the_name_of_the_machine(string url, string expected) =>
        Assert.Equal(expected, GlobalUrl.Of(url, "node-1"));

    internal static async Task<JsonDocument> GetAsync(WebHarness web, string path) => JsonDocument.Parse((await web.GetAsync(path)).Body);

    private static JsonElement Data(JsonDocument answer) => answer.RootElement.GetProperty("data");
}
