using System.Net;
using System.Text.Json;

namespace Agent.Web.Tests.Api;

public sealed class ApiEndpointsTests
{
    private const string Two = """
        test.note "a" {
          text     = "hello"
          password = "topsecret"
          others   = { x = "othersecret" }

          inner {
            number = 7
          }
        }

        test.note "b" {
          text = test.note.a.text
        }

        livedebugging {
          enabled = true
        }
        """;

    [Fact]
    public async Task The_list_has_every_component_with_health_and_references()
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        using JsonDocument list = JsonDocument.Parse((await web.GetAsync("/api/v0/web/components")).Body);
        Assert.Equal(["test.note.a", "test.note.b"], list.RootElement.EnumerateArray().Select(static item => item.GetProperty("localID").GetString()));
        JsonElement first = list.RootElement[0];
        Assert.Equal(
            [
                "name", "type", "localID", "moduleID", "label", "referencesTo", "referencedBy", "dataFlowEdgesTo", "health", "original",
                "arguments", "exports", "debugInfo", "createdModuleIDs", "liveDebuggingEnabled",
            ],
            first.EnumerateObject().Select(static property => property.Name));
        Assert.Equal("test.note", first.GetProperty("name").GetString());
        Assert.Equal("block", first.GetProperty("type").GetString());
        Assert.Equal("a", first.GetProperty("label").GetString());
        Assert.Equal("test.note.b", Assert.Single(first.GetProperty("referencedBy").EnumerateArray()).GetString());
        Assert.Equal("test.note.a", Assert.Single(list.RootElement[1].GetProperty("referencesTo").EnumerateArray()).GetString());
        Assert.Equal("healthy", first.GetProperty("health").GetProperty("state").GetString());
        Assert.True(first.GetProperty("health").TryGetProperty("updatedTime", out _));
        Assert.Equal(0, first.GetProperty("arguments").GetArrayLength());
    }

    [Fact]
    public async Task The_second_controller_answers_to_the_same_paths_behind_its_name()
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await web.GetAsync("/api/v0/web/remotecfg/components")).Status);

        await web.LoadRemoteAsync("""
            test.note "a" { text = "remote" }
            test.note "c" { text = test.note.a.text }
            """);
        using JsonDocument list = JsonDocument.Parse((await web.GetAsync("/api/v0/web/remotecfg/components")).Body);
        Assert.Equal(
            [("test.note.a", "remotecfg"), ("test.note.c", "remotecfg")],
            list.RootElement.EnumerateArray().Select(static item => (item.GetProperty("localID").GetString(), item.GetProperty("moduleID").GetString())));
        Assert.Equal("test.note.c", Assert.Single(list.RootElement[0].GetProperty("referencedBy").EnumerateArray()).GetString());

        foreach (string id in (string[])["test.note.a", "remotecfg/test.note.a"])
        {
            Assert.Contains("\"remote\"", (await web.GetAsync("/api/v0/web/remotecfg/components/" + id)).Body, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("\"remote\"", (await web.GetAsync("/api/v0/web/components/test.note.a")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync("/api/v0/web/components/test.note.c")).Status);
    }

    [Fact]
    public async Task One_component_shows_arguments_exports_and_debug_state_in_the_encoding_of_Alloy()
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        (HttpStatusCode status, string body) = await web.GetAsync("/api/v0/web/components/test.note.a");
        Assert.Equal(HttpStatusCode.OK, status);
        using JsonDocument component = JsonDocument.Parse(body);
        Assert.Equal(
            """
            {"name":"text","type":"attr","value":{"type":"string","value":"hello"}}
            """, component.RootElement.GetProperty("arguments")[0].GetRawText());
        Assert.Equal(
            """
            {"name":"inner","type":"block","body":[{"name":"number","type":"attr","value":{"type":"number","value":7}}]}
            """, component.RootElement.GetProperty("arguments")[3].GetRawText());
        Assert.Equal(
            """
            [{"name":"text","type":"attr","value":{"type":"string","value":"hello"}}]
            """, component.RootElement.GetProperty("exports").GetRawText());
        Assert.Equal(
            """
            [{"name":"length","type":"attr","value":{"type":"number","value":5}}]
            """, component.RootElement.GetProperty("debugInfo").GetRawText());
    }

    [Theory]
    [InlineData("/api/v0/web/components/test.note.a")]
    [InlineData("/api/v1/components/test.note.a")]
    [InlineData("/api/v1/configuration")]
    public async Task Secrets_are_never_shown(string path)
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        string body = (await web.GetAsync(path)).Body;
        Assert.Contains("(secret)", body, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", body, StringComparison.Ordinal);
        Assert.DoesNotContain("othersecret", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_graph_stream_sends_records_that_end_in_the_delimiter()
    {
        await using WebHarness web = await WebHarness.StartAsync(Two);
        await using Stream stream = await web.Client.GetStreamAsync(new Uri(web.Url("/api/v0/web/graph?window=60")));
        byte[] record = new byte[5];
        await stream.ReadExactlyAsync(record);
        Assert.Equal("[]|;|"u8.ToArray(), record);
    }

    [Fact]
    public async Task A_window_out_of_range_is_refused()
    {
        await using WebHarness web = await WebHarness.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await web.GetAsync("/api/v0/web/graph?window=61")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await web.GetAsync("/api/v0/web/graph?window=x")).Status);
    }

    [Fact]
    public async Task Components_of_modules_are_listed_by_module_and_found_by_their_whole_id()
    {
        await using WebHarness web = await WebHarness.StartAsync("""
            declare "pair" {
              argument "text" { }

              test.note "in" {
                text = argument.text.value
              }

              test.note "out" {
                text = test.note.in.text
              }

              export "text" {
                value = test.note.out.text
              }
            }

            pair "p" {
              text = "hello"
            }
            """);
        using JsonDocument root = JsonDocument.Parse((await web.GetAsync("/api/v0/web/components")).Body);
        JsonElement pair = Assert.Single(root.RootElement.EnumerateArray());
        Assert.Equal(("pair.p", "", "pair"), (pair.GetProperty("localID").GetString(), pair.GetProperty("moduleID").GetString(), pair.GetProperty("name").GetString()));
        Assert.Equal("pair.p", Assert.Single(pair.GetProperty("createdModuleIDs").EnumerateArray()).GetString());

        using JsonDocument inside = JsonDocument.Parse((await web.GetAsync("/api/v0/web/modules/pair.p/components")).Body);
        Assert.Equal(["test.note.in", "test.note.out"], inside.RootElement.EnumerateArray().Select(static item => item.GetProperty("localID").GetString()));
        Assert.All(inside.RootElement.EnumerateArray(), static item => Assert.Equal("pair.p", item.GetProperty("moduleID").GetString()));

        using JsonDocument one = JsonDocument.Parse((await web.GetAsync("/api/v0/web/components/pair.p/test.note.out")).Body);
        Assert.Equal("test.note.in", Assert.Single(one.RootElement.GetProperty("referencesTo").EnumerateArray()).GetString());
        using JsonDocument whole = JsonDocument.Parse((await web.GetAsync("/api/v0/web/components/pair.p")).Body);
        Assert.Equal("text", whole.RootElement.GetProperty("exports")[0].GetProperty("name").GetString());
    }
}
