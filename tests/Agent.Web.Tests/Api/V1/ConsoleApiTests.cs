using System.Net;
using System.Text.Json;

namespace Agent.Web.Tests.Api.V1;

public sealed class ConsoleApiTests
{
    private const string Pipeline = """
        test.pump "source" {
          logs    = [test.log_sink.logs.receiver]
          metrics = [test.metric_sink.metrics.receiver]
        }

        test.log_sink "logs" { }

        test.metric_sink "metrics" { }

        test.note "a" {
          text = "hello"
        }

        test.note "b" {
          text      = test.note.a.text
          complaint = "sore <b>\u202e"
        }
        """;

    [Fact]
    public async Task The_graph_counts_items_and_bytes_of_every_edge_without_live_debugging()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pipeline);
        await web.GetAsync("/api/v0/component/test.pump.source/send?line=12345");
        await web.GetAsync("/api/v0/component/test.pump.source/send?line=12345");
        JsonElement graph = await web.DataAsync("graph");
        Assert.False(graph.GetProperty("live").GetBoolean());
        Assert.Equal(
            [
                "test.pump.source test.log_sink.logs loki_log 2 10",
                "test.pump.source test.metric_sink.metrics prometheus_metric 2 32",
                "test.note.a test.note.b value 0 0",
            ],
            graph.GetProperty("edges").EnumerateArray().Select(static edge =>
                $"{edge.GetProperty("from")} {edge.GetProperty("to")} {edge.GetProperty("type")} {edge.GetProperty("items")} {edge.GetProperty("bytes")}"));
        Assert.Equal(5, graph.GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Components_come_with_health_and_what_went_through_them()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pipeline);
        await web.GetAsync("/api/v0/component/test.pump.source/send?line=12345");
        JsonElement list = (await web.DataAsync("components")).GetProperty("components");
        JsonElement pump = list.EnumerateArray().First(static one => one.GetProperty("id").GetString() == "test.pump.source");
        Assert.Equal(2, pump.GetProperty("itemsOut").GetInt64());
        JsonElement sink = list.EnumerateArray().First(static one => one.GetProperty("id").GetString() == "test.log_sink.logs");
        Assert.Equal(5, sink.GetProperty("bytesIn").GetInt64());
        JsonElement sick = list.EnumerateArray().First(static one => one.GetProperty("id").GetString() == "test.note.b").GetProperty("health");
        Assert.Equal("unhealthy", sick.GetProperty("state").GetString());
        Assert.Equal("sore <b>\u202e", sick.GetProperty("message").GetString());
    }

    [Fact]
    public async Task One_component_shows_its_neighbours_both_ways()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pipeline);
        JsonElement sink = await web.DataAsync("components/test.log_sink.logs");
        Assert.Equal("test.pump.source", Assert.Single(sink.GetProperty("flowsFrom").EnumerateArray()).GetString());
        JsonElement note = await web.DataAsync("components/test.note.a");
        Assert.Equal("test.note.b", Assert.Single(note.GetProperty("referencedBy").EnumerateArray()).GetString());
        Assert.Equal("text = \"hello\"\n", note.GetProperty("arguments").GetString());
        Assert.Equal(5, note.GetProperty("debug").GetProperty("length").GetInt32());
    }

    [Fact]
    public async Task References_out_of_a_foreach_are_followed_both_ways()
    {
        await using WebHarness web = await WebHarness.StartAsync("""
            test.note "outer" {
              text = "hello"
            }

            foreach "each" {
              collection = ["a"]
              var        = "item"

              template {
                test.note "inner" {
                  text = test.note.outer.text
                }

                test.note "next" {
                  text = test.note.inner.text
                }
              }
            }
            """);
        JsonElement[] all = [.. (await web.DataAsync("components")).GetProperty("components").EnumerateArray()];
        string inner = all.Select(static one => one.GetProperty("id").GetString()!).First(static id => id.EndsWith("/test.note.inner", StringComparison.Ordinal));
        string next = inner.Replace("inner", "next", StringComparison.Ordinal);

        JsonElement shown = await web.DataAsync("components/" + inner);
        Assert.Equal(["test.note.outer"], Texts(shown, "referencesTo"));
        Assert.Equal([next], Texts(shown, "referencedBy"));
        Assert.Equal(["foreach.each", inner], Texts(await web.DataAsync("components/test.note.outer"), "referencedBy"));
        Assert.Contains(
            $"test.note.outer {inner} value",
            (await web.DataAsync("graph")).GetProperty("edges").EnumerateArray().Select(static edge => $"{edge.GetProperty("from")} {edge.GetProperty("to")} {edge.GetProperty("type")}"));
    }

    [Fact]
    public async Task Drops_in_a_foreach_count_though_its_metrics_are_not_exposed()
    {
        await using WebHarness web = await WebHarness.StartAsync("""
            foreach "each" {
              collection = ["a"]
              var        = "item"

              template {
                loki.source.test "files" { }
              }
            }
            """);
        JsonElement[] all = [.. (await web.DataAsync("components")).GetProperty("components").EnumerateArray()];
        Assert.Equal(3, all.First(static one => one.GetProperty("name").GetString() == "loki.source.test").GetProperty("dropped").GetDouble());
        Assert.DoesNotContain("test_dropped_entries_total", (await web.GetAsync("/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task References_pass_through_arguments_and_exports_of_modules()
    {
        await using WebHarness web = await WebHarness.StartAsync("""
            test.note "outer" {
              text = "hello"
            }

            declare "mine" {
              argument "text" { }

              test.note "inner" {
                text = argument.text.value
              }

              export "text" {
                value = test.note.inner.text
              }
            }

            mine "one" {
              text = test.note.outer.text
            }

            test.note "user" {
              text = mine.one.text
            }
            """);
        Assert.Equal(["test.note.outer"], Texts(await web.DataAsync("components/mine.one/test.note.inner"), "referencesTo"));
        Assert.Equal(["mine.one", "mine.one/test.note.inner"], Texts(await web.DataAsync("components/test.note.outer"), "referencedBy"));
        Assert.Equal(["mine.one", "mine.one/test.note.inner"], Texts(await web.DataAsync("components/test.note.user"), "referencesTo"));
        Assert.Equal(
            ["test.note.outer mine.one/test.note.inner", "mine.one/test.note.inner test.note.user"],
            (await web.DataAsync("graph")).GetProperty("edges").EnumerateArray().Select(static edge => $"{edge.GetProperty("from")} {edge.GetProperty("to")}"));
    }

    [Fact]
    public async Task The_node_tells_how_much_of_the_byte_budget_is_in_use()
    {
        await using WebHarness without = await WebHarness.StartAsync();
        Assert.False((await without.DataAsync("node")).TryGetProperty("memoryBudget", out _));

        await using WebHarness web = await WebHarness.StartAsync("", new WebOptions { ListenAddress = "127.0.0.1:0" }, memory: static () => new(1000, 900, Paused: true, 2.5));
        JsonElement node = await web.DataAsync("node");
        Assert.Equal((1000, 900, 2.5), (node.GetProperty("memoryBudget").GetInt64(), node.GetProperty("memoryUsed").GetInt64(), node.GetProperty("memoryPausedSeconds").GetDouble()));
        Assert.True(node.GetProperty("memoryPressure").GetBoolean());
    }

    [Theory]
    [InlineData("components/test.note.z")]
    [InlineData("components/")]
    [InlineData("components/test.note.a/nothing")]
    [InlineData("components/test.note.a/rules")]
    [InlineData("docs/nothing")]
    [InlineData("nothing")]
    public async Task What_is_not_there_is_a_404_that_says_so(string path)
    {
        await using WebHarness web = await WebHarness.StartAsync(Pipeline);
        (HttpStatusCode status, string body) = await web.GetAsync("/api/v1/" + path);
        Assert.Equal(HttpStatusCode.NotFound, status);
        using JsonDocument answer = JsonDocument.Parse(body);
        Assert.Equal("error", answer.RootElement.GetProperty("status").GetString());
        Assert.NotEmpty(answer.RootElement.GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task Status_node_and_log_tell_of_the_process()
    {
        await using WebHarness web = await WebHarness.StartAsync(Pipeline);
        JsonElement status = await web.DataAsync("status");
        Assert.Equal("1.2.3", status.GetProperty("version").GetString());
        Assert.True(status.GetProperty("lastLoadSuccessful").GetBoolean());
        Assert.Equal(1, status.GetProperty("health").GetProperty("unhealthy").GetInt32());
        JsonElement node = await web.DataAsync("node");
        Assert.True(node.GetProperty("residentBytes").GetInt64() > 0);
        Assert.True(node.GetProperty("cpuSeconds").GetDouble() > 0);
        Assert.Equal("--storage.path=/data", Assert.Single(node.GetProperty("flags").EnumerateArray()).GetString());
        Assert.Equal(2, (await web.DataAsync("log")).GetProperty("lines").GetArrayLength());
        Assert.Equal(0, (await web.DataAsync("log?after=2")).GetProperty("lines").GetArrayLength());
    }

    private static IEnumerable<string?> Texts(JsonElement answer, string field) => answer.GetProperty(field).EnumerateArray().Select(static one => one.GetString());

    [Fact]
    public async Task Hostile_texts_travel_as_they_are_and_never_as_markup()
    {
        string text = "<script>alert(1)</script>\\u0000\\u202e\\u001b[31m" + new string('x', 1_000_000);
        await using WebHarness web = await WebHarness.StartAsync($"test.note \"a\" {{\n text = \"{text}\"\n}}");
        using HttpResponseMessage response = await web.Client.GetAsync(new Uri(web.Url("/api/v1/components/test.note.a")));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        string body = await response.Content.ReadAsStringAsync();
        Assert.InRange(body.Length, 1000, 100_000);
        Assert.StartsWith("text = \"<script>", WebHarness.Data(body).GetProperty("arguments").GetString(), StringComparison.Ordinal);
    }
}
