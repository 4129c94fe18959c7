using System.Text.Json;

namespace Agent.Web.Tests.Api.V1;

public sealed class TailAnswersTests
{
    private const string Two = """
        loki.source.test "files" { }

        loki.source.test "journal" {
          files = false
        }
        """;

    [Fact]
    public async Task Files_come_with_lag_and_errors_and_other_sources_with_their_state()
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        JsonElement answer = await web.DataAsync("files");
        JsonElement file = Assert.Single(answer.GetProperty("files").EnumerateArray());
        Assert.Equal("/var/log/\u202e<b>.log", file.GetProperty("path").GetString());
        Assert.Equal((100, 60, 40), (file.GetProperty("size").GetInt32(), file.GetProperty("read_offset").GetInt32(), file.GetProperty("lag_bytes").GetInt32()));
        Assert.True(file.GetProperty("lag_seconds").GetDouble() > 1e8);
        Assert.Equal("gone", file.GetProperty("problem").GetString());
        JsonElement other = Assert.Single(answer.GetProperty("sources").EnumerateArray());
        Assert.Equal("loki.source.test.journal", other.GetProperty("id").GetString());
        Assert.Equal("s=1", other.GetProperty("state").GetProperty("cursor").GetString());
    }

    [Fact]
    public async Task Endpoints_come_with_drops_by_reason_and_queues_on_disk_but_without_secrets()
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        JsonElement answer = await web.DataAsync("endpoints");
        JsonElement endpoint = Assert.Single(answer.GetProperty("endpoints").EnumerateArray());
        Assert.Equal("h:80", endpoint.GetProperty("state").GetProperty("host").GetString());
        Assert.Equal(3, answer.GetProperty("drops").GetProperty("loki.source.test.files").GetProperty("too <old>").GetDouble());
        Assert.Equal(4096, answer.GetProperty("diskBytes").GetProperty("loki.source.test.files").GetDouble());
        Assert.DoesNotContain("hunter2", answer.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_figure_of_a_component_is_the_one_that_says_most()
    {
        await using WebHarness web = await WebHarness.StartAsync(Two + "\n\ntest.scraper \"s\" {\n  job = \"x\"\n}");
        JsonElement nodes = (await web.DataAsync("graph")).GetProperty("nodes");
        JsonElement Figure(string id) => nodes.EnumerateArray().First(node => node.GetProperty("id").GetString() == id).GetProperty("figure");
        Assert.Equal(("queue", 7), (Figure("loki.source.test.files").GetProperty("kind").GetString(), Figure("loki.source.test.files").GetProperty("value").GetInt32()));
        JsonElement targets = Figure("test.scraper.s");
        Assert.Equal(("targets", 1, 3), (targets.GetProperty("kind").GetString(), targets.GetProperty("value").GetInt32(), targets.GetProperty("of").GetInt32()));
    }
}
