using System.Net;
using System.Text.Json;

namespace Agent.Web.Tests.Api.V1;

public sealed class TraceTests
{
    [Fact]
    public async Task A_body_that_is_too_long_is_refused_with_a_reason()
    {
        await using WebHarness web = await WebHarness.StartAsync("test.rules \"r\" { }");
        // A client that asks first learns it without sending all that.
        (HttpStatusCode status, string body) = await web.PostAsync(
            "components/test.rules.r/stages", $"{{\"line\": \"{new string('x', 1_100_000)}\"}}", ("X-Invar-Request", "test"), ("Expect", "100-continue"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Contains("cannot read the request", body, StringComparison.Ordinal);
    }

    private const string Rules = """
        test.rules "r" {
          rule { name = "one" }

          rule {
            name     = "two"
            password = "hunter2"
          }

          rule { name = "drop" }
        }
        """;

    [Fact]
    public async Task Rules_stand_with_their_counts_and_what_came_in()
    {
        await using WebHarness web = await WebHarness.StartAsync(Rules);
        JsonElement answer = await web.DataAsync("components/test.rules.r/rules");
        Assert.Equal([(10, 0), (11, 1), (12, 2)], answer.GetProperty("rules").EnumerateArray().Select(static rule => (rule.GetProperty("hits").GetInt32(), rule.GetProperty("drops").GetInt32())));
        Assert.Equal("rule {\n\tname = \"one\"\n}\n", answer.GetProperty("rules")[0].GetProperty("text").GetString());
        Assert.Equal(2, answer.GetProperty("inputs").GetArrayLength());
        Assert.DoesNotContain("hunter2", answer.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, (await web.DataAsync("components/test.rules.r/rules?q=TWO")).GetProperty("inputs").GetArrayLength());
    }

    [Fact]
    public async Task A_trace_shows_the_labels_after_each_rule_up_to_the_one_that_drops()
    {
        await using WebHarness web = await WebHarness.StartAsync(Rules);
        (HttpStatusCode status, string body) = await web.PostAsync("components/test.rules.r/rules", """{"labels":{"a":"b"}}""");
        Assert.Equal(HttpStatusCode.OK, status);
        JsonElement steps = WebHarness.Data(body).GetProperty("steps");
        Assert.Equal("{\"a\":\"b\",\"one\":\"set\"}", steps[0].GetProperty("labels").GetRawText());
        Assert.Equal("{\"a\":\"b\",\"one\":\"set\",\"two\":\"set\"}", steps[1].GetProperty("labels").GetRawText());
        Assert.True(steps[2].GetProperty("dropped").GetBoolean());
        Assert.Equal(3, steps.GetArrayLength());
    }

    [Fact]
    public async Task A_trace_of_stages_shows_what_leaves_each()
    {
        await using WebHarness web = await WebHarness.StartAsync(Rules);
        JsonElement steps = WebHarness.Data((await web.PostAsync("components/test.rules.r/stages", """{"line":"hello","labels":{"a":"b"}}""")).Body).GetProperty("steps");
        JsonElement entry = Assert.Single(steps[0].GetProperty("entries").EnumerateArray());
        Assert.Equal("hello!", entry.GetProperty("line").GetString());
        Assert.Equal("{\"x\":\"y\"}", entry.GetProperty("extracted").GetRawText());
        Assert.Equal(0, steps[1].GetProperty("entries").GetArrayLength());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"labels\":[]}")]
    [InlineData("{\"labels\":{\"a\":1}}")]
    [InlineData("{\"line\":5}")]
    [InlineData("not json")]
    public async Task Anything_but_labels_and_a_line_is_refused(string body)
    {
        await using WebHarness web = await WebHarness.StartAsync(Rules);
        Assert.Equal(HttpStatusCode.BadRequest, (await web.PostAsync("components/test.rules.r/stages", body)).Status);
    }
}
