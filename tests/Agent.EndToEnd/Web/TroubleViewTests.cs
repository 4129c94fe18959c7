using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Agent.EndToEnd.Web;

/// <summary>What somebody who looks for the cause of trouble sees.</summary>
public sealed partial class TroubleViewTests(Chromium browser) : IClassFixture<Chromium>, IDisposable
{
    private const float Promised = 5000;
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [WebFact(axe: true)]
    public async Task A_broken_endpoint_turns_its_node_and_its_edge_red_within_five_seconds_and_green_again()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        _workspace.Configure(Pipelines.Files + Pipelines.To(sink));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        _workspace.Log("a.log", "before");
        await sink.LineAsync("before");
        await using Screen screen = await browser.OpenAsync(agent, "/graph");
        ILocator node = screen.Box("loki.write.sink");
        ILocator edge = screen.Edge("loki.source.file.logs", "loki.write.sink", "loki_log");
        await Expect(node).ToHaveClassAsync(Healthy());
        await Expect(edge).Not.ToHaveClassAsync(Failing());

        sink.Answer = static _ => StatusCodes.Status503ServiceUnavailable;
        _workspace.Log("a.log", "meanwhile");
        await Task.WhenAll(
            Expect(node).ToHaveClassAsync(Unhealthy(), new() { Timeout = Promised }),
            Expect(edge).ToHaveClassAsync(Failing(), new() { Timeout = Promised }));
        string red = await screen.Page.EvaluateAsync<string>("""
            () => { const probe = document.createElement("i"); probe.style.color = "var(--bad)"; document.body.append(probe); const color = getComputedStyle(probe).color; probe.remove(); return color; }
            """);
        await Expect(edge).ToHaveCSSAsync("stroke", red);
        await Expect(node).ToHaveCSSAsync("border-left-color", red);
        await Expect(node).ToContainTextAsync("cannot send to");
        await screen.PictureAsync("graph-broken-endpoint");
        Assert.Empty(await Accessibility.ViolationsAsync(screen));

        sink.Answer = static _ => StatusCodes.Status204NoContent;
        await sink.LineAsync("meanwhile");
        await Expect(node).ToHaveClassAsync(Healthy());
        await Expect(edge).Not.ToHaveClassAsync(Failing());
        screen.AssertNoErrors();
    }

    [WebFact]
    public async Task A_rule_that_drops_everything_is_found_from_the_graph_in_three_clicks()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        _workspace.Configure(Pipelines.Files.Replace("loki.write.sink", "loki.relabel.wrong", StringComparison.Ordinal) + """
            loki.relabel "wrong" {
                forward_to = [loki.write.sink.receiver]
                rule {
                    target_label = "cluster"
                    replacement  = "one"
                }
                rule {
                    source_labels = ["job"]
                    regex         = "tset"
                    action        = "keep"
                }
            }

            """ + Pipelines.To(sink));
        _workspace.Log("a.log", "one", "two", "three");
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        await using Screen screen = await browser.OpenAsync(agent, "/graph");
        ILocator culprit = screen.Box("loki.relabel.wrong");
        await Expect(culprit).ToContainTextAsync("3 dropped");
        await screen.PictureAsync("graph-dropping-rule");

        await culprit.GetByRole(AriaRole.Link).ClickAsync();
        Assert.Equal("/component/loki.relabel.wrong", new Uri(screen.Page.Url).PathAndQuery);
        await screen.Link("Trace rules").ClickAsync();
        ILocator steps = screen.Page.Locator(".steps > li");
        await Expect(steps).ToHaveCountAsync(2);
        await Expect(steps.Nth(0)).ToContainTextAsync("dropped 0");
        // Rules count label sets: all lines have the same.
        await Expect(steps.Nth(1)).ToContainTextAsync("dropped 1");
        await screen.Page.GetByRole(AriaRole.List, new() { Name = "label sets" }).GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(screen.Page.Locator(".steps > li.dropped")).ToContainTextAsync("tset");
        await Expect(screen.Page.GetByText("dropped here")).ToHaveCountAsync(1);
        await Expect(screen.Page.GetByText("drops it at rule 2")).ToBeVisibleAsync();
        await screen.PictureAsync("relabel-dropping-rule");
        screen.AssertNoErrors();
    }

    [WebFact(axe: true)]
    public async Task A_reload_with_an_error_shows_what_differs_from_what_runs_and_where_the_error_stands()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        _workspace.Configure(Pipelines.Files + Pipelines.To(sink));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        await using Screen screen = await browser.OpenAsync(agent, "/config");
        await Expect(screen.Page.GetByText("successful")).ToBeVisibleAsync();

        _workspace.Configure(Pipelines.Files.Replace("job = \"test\"", "job = \"other\"", StringComparison.Ordinal)
            .Replace("loki.write.sink", "loki.write.snik", StringComparison.Ordinal) + Pipelines.To(sink));
        await screen.Button("Reload").ClickAsync();

        await Expect(screen.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Refused: what ran before goes on.");
        await Expect(screen.Page.Locator(".diagnostics .error")).ToContainTextAsync("loki.write.snik");
        ILocator differences = screen.Page.GetByRole(AriaRole.Region, new() { Name = "differences" });
        await Expect(differences.Locator("tr.removed")).ToHaveCountAsync(2);
        await Expect(differences.Locator("tr.removed").First).ToContainTextAsync("job = \"test\"");
        await Expect(differences.Locator("tr.added").First).ToContainTextAsync("job = \"other\"");
        await Expect(differences.Locator("tr.added.error")).ToContainTextAsync("loki.write.snik.receiver");
        await Expect(screen.Link("The last configuration was refused; what ran before goes on")).ToBeVisibleAsync();
        await screen.PictureAsync("configuration-refused");
        Assert.Empty(await Accessibility.ViolationsAsync(screen));
        await screen.Button("The refused source").ClickAsync();
        await Expect(screen.Page.Locator("pre .line.error")).ToContainTextAsync("loki.write.snik.receiver");

        _workspace.Configure(Pipelines.Files + Pipelines.To(sink));
        await screen.Button("Reload").ClickAsync();
        await Expect(screen.Page.GetByText("Loaded in")).ToBeVisibleAsync();
        await Expect(differences).ToHaveCountAsync(0);
        await Expect(screen.Page.Locator(".bar-problem")).ToHaveCountAsync(0);
        screen.AssertNoErrors();
    }

    [GeneratedRegex(@"\bhealthy\b")]
    private static partial Regex Healthy();

    [GeneratedRegex(@"\bunhealthy\b")]
    private static partial Regex Unhealthy();

    [GeneratedRegex(@"\bfails\b")]
    private static partial Regex Failing();
}
