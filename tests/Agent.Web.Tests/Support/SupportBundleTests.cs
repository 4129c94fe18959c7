using System.IO.Compression;
using System.Net;

namespace Agent.Web.Tests.Support;

public sealed class SupportBundleTests
{
    [Fact]
    public async Task The_bundle_holds_what_support_asks_for_and_no_secrets()
    {
        await using WebHarness web = await WebHarness.StartAsync("""
            // password = "commented-out"
            test.note "a" {
              text     = "http://name:in-address@host/x"
              password = "written-out" /* or "this" */
              others   = { "k" = "in-a-map" }
            }
            """);

        Dictionary<string, string> files = await FetchAsync(web);

        Assert.Equal(
            [
                "alloy-components.json", "alloy-environment.txt", "alloy-logs.txt", "alloy-metadata.yaml", "alloy-metrics-sample-end.txt",
                "alloy-metrics-sample-start.txt", "alloy-peers.json", "alloy-runtime-flags.txt", "pprof/README.txt", "sources/test.alloy",
            ],
            files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("a line\nanother", files["alloy-logs.txt"]);
        Assert.Equal("--storage.path=/data", files["alloy-runtime-flags.txt"]);
        Assert.Contains("build_version: \"1.2.3\"\n", files["alloy-metadata.yaml"], StringComparison.Ordinal);
        Assert.Contains("\"localID\":\"test.note.a\"", files["alloy-components.json"], StringComparison.Ordinal);
        Assert.Contains("alloy_component_evaluation_seconds_count", files["alloy-metrics-sample-start.txt"], StringComparison.Ordinal);
        Assert.Contains("alloy_component_evaluation_seconds_count", files["alloy-metrics-sample-end.txt"], StringComparison.Ordinal);
        Assert.Equal(
            """
            // comment
            test.note "a" {
              text     = "http://(secret)@host/x"
              password = "(secret)" /* comment */
              others   = { "k" = "(secret)" }
            }
            """,
            files["sources/test.alloy"]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("31")]
    [InlineData("-1")]
    [InlineData("soon")]
    public async Task A_duration_that_cannot_be_is_refused(string duration)
    {
        await using WebHarness web = await WebHarness.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await web.GetAsync("/-/support?duration=" + duration)).Status);
    }

    private static async Task<Dictionary<string, string>> FetchAsync(WebHarness web)
    {
        using HttpResponseMessage response = await web.Client.GetAsync(new Uri(web.Url("/-/support?duration=1")));
        Assert.Equal("application/zip", response.Content.Headers.ContentType!.ToString());
        using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync());
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            files[entry.FullName.Replace("alloy-support-bundle/", "", StringComparison.Ordinal)] = await reader.ReadToEndAsync();
        }
        return files;
    }
}
