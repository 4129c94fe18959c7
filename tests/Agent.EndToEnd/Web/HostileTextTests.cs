using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Agent.EndToEnd.Web;

/// <summary>Names, labels and lines that come from outside are shown as the text that they are.</summary>
public sealed class HostileTextTests(Chromium browser) : IClassFixture<Chromium>, IDisposable
{
    private const string Image = "<img src=x onerror=\"window.harmed=1\">";
    private const string Script = "</script><script>window.harmed=1</script>";

    // Turns the direction of writing, so that the end of a name reads as another one.
    private const string Turned = "evil\u202egnp.exe";
    private static readonly JsonSerializerOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [WebFact]
    public async Task Hostile_label_values_names_and_lines_render_as_text()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        string file = $"{Image.Replace("/", "", StringComparison.Ordinal)}{Turned}.log";
        _workspace.Configure(Pipelines.Files.Replace("job = \"test\"", $"job = \"test\", image = {Quoted(Image)}, script = {Quoted(Script)}, turned = {Quoted(Turned)}", StringComparison.Ordinal)
            .Replace("loki.write.sink", "loki.relabel.none", StringComparison.Ordinal) + $$"""
            loki.relabel "none" {
                forward_to = [loki.write.sink.receiver]
            }
            prometheus.scrape "hostile" {
                targets    = [{__address__ = "127.0.0.1:1", image = {{Quoted(Image)}}, turned = {{Quoted(Turned)}}}]
                forward_to = []
                job_name   = {{Quoted(Script)}}
                scrape_interval = "1s"
                scrape_timeout  = "1s"
            }
            livedebugging {
                enabled = true
            }

            """ + Pipelines.To(sink));
        _workspace.Log(file, "first");
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        await sink.LineAsync("first");

        await using Screen screen = await browser.OpenAsync(agent, "/files");
        await ShowsAsync(screen, Image);
        await ShowsAsync(screen, "evil\\u202egnp.exe");
        await screen.PictureAsync("hostile-files");

        await screen.GoAsync("/targets");
        await screen.Page.Locator("button.expand").First.ClickAsync();
        await ShowsAsync(screen, Image);
        await ShowsAsync(screen, Script);
        await ShowsAsync(screen, "evil\\u202egnp.exe");

        await screen.GoAsync("/relabel?component=loki.relabel.none");
        await screen.Page.GetByRole(AriaRole.List, new() { Name = "label sets" }).GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Name = "Result" })).ToBeVisibleAsync();
        await ShowsAsync(screen, Script);
        await ShowsAsync(screen, Image);

        await screen.GoAsync("/config");
        await ShowsAsync(screen, "evil\\u202egnp.exe");
        await screen.GoAsync("/component/local.file_match.logs");
        await ShowsAsync(screen, "evil\\u202egnp.exe");

        await screen.GoAsync("/live?to=loki.write.sink");
        await Expect(screen.Page.GetByText("left out")).ToBeVisibleAsync();
        _workspace.Log(file, $"{Image}{Script}{Turned}");
        await ShowsAsync(screen, Image + Script + "evil\\u202egnp.exe");
        await screen.Page.Locator(".sample-head").First.ClickAsync();
        await Expect(screen.Page.Locator(".sample-detail")).ToContainTextAsync(Script);
        await screen.PictureAsync("hostile-live");

        screen.AssertNoErrors();

        await screen.GoAsync("/" + Uri.EscapeDataString(Image));
        await ShowsAsync(screen, Image);
        await screen.GoAsync("/component/" + Uri.EscapeDataString(Image));
        await ShowsAsync(screen, Image);
    }

    private static async Task ShowsAsync(Screen screen, string text)
    {
        await Expect(screen.Page.Locator("main")).ToContainTextAsync(text);
        Assert.Equal(0, await screen.Page.Locator("img, main script").CountAsync());
        Assert.False(await screen.Page.EvaluateAsync<bool>("() => 'harmed' in window"));
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, AsItIs);
}
