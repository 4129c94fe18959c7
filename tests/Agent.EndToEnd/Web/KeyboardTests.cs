using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Agent.EndToEnd.Web;

/// <summary>Everything can be reached and done without a pointer, and one always sees where one is.</summary>
public sealed class KeyboardTests(Chromium browser) : IClassFixture<Chromium>, IDisposable
{
    // What the tab key stands on: its name, and whether an outline of some width shows it.
    private const string Stop = """
        () => {
            const at = document.activeElement;
            const style = getComputedStyle(at);
            const name = at.getAttribute("aria-label") ?? (at.labels?.[0] ?? at).textContent.trim();
            return { name: `${at.tagName.toLowerCase()} ${name}`.slice(0, 120), isBody: at === document.body, isShown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 };
        }
        """;

    private const int MostStops = 250;
    private static readonly (string Key, string Next)[] Walk =
    [
        ("ArrowRight", "loki.source.file.logs"), ("ArrowRight", "loki.relabel.rules"), ("ArrowLeft", "loki.source.file.logs"),
        ("ArrowRight", "loki.relabel.rules"), ("ArrowRight", "loki.write.sink"),
    ];

    private readonly Workspace _workspace = new();

    private sealed record Place(string Name, bool IsShown);

    public void Dispose() => _workspace.Dispose();

    [WebFact]
    public async Task Each_view_is_walked_through_with_the_tab_key_and_every_stop_is_visible()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using RunningAgent agent = await StartAsync(sink);
        await using Screen screen = await browser.OpenAsync(agent, "/");
        (string View, string[] Stops)[] views =
        [
            ("/", ["input Search by name or message", "select", "button Component", "a loki.write.sink"]),
            ("/component/loki.relabel.rules", ["a In the graph", "a Trace rules", "a Live", "a Reference", "a live data to loki.write.sink", "pre"]),
            ("/graph", ["input Search components", "button Fit", "div "]),
            ("/live?to=loki.write.sink", ["input Only what holds this text", "button Hold", "div samples"]),
            ("/targets", ["input Search addresses, labels and errors", "button State", "button ▸http://127.0.0.1:1/metrics"]),
            ("/relabel?component=loki.relabel.rules", ["select", "ul label sets", "textarea labels as JSON"]),
            ("/stages", ["textarea log line", "button Pick a live line", "textarea labels as JSON"]),
            ("/files", ["input Search paths and labels", "button File", "a loki.source.file.logs"]),
            ("/endpoints", ["button Endpoint", "a loki.write.sink"]),
            ("/config", ["button Reload", "pre"]),
            ("/node", ["a Download", "input Search the log", "div log of the agent"]),
            ("/docs/loki.write", ["pre", "div Name, Type"]),
            ("/nothing/there", ["a All components"]),
        ];
        foreach ((string view, string[] wanted) in views)
        {
            await screen.GoAsync(view);
            List<Place> walked = await WalkAsync(screen.Page);
            Assert.Equal(["a Skip to content", "a Invar, all components"], walked.Take(2).Select(static place => place.Name));
            Assert.All(walked, place => Assert.True(place.IsShown, $"{view}: nothing shows that {place.Name} has the focus"));
            int at = 0;
            foreach (string stop in wanted)
            {
                int found = walked.FindIndex(at, place => place.Name.StartsWith(stop, StringComparison.Ordinal));
                Assert.True(found >= 0, $"{view}: the tab key does not lead to {stop} behind stop {at} of\n{string.Join('\n', walked.Select(static place => place.Name))}");
                at = found;
            }
        }
    }

    [WebFact]
    public async Task The_skip_link_leads_to_the_content_of_the_page_that_is_shown()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using RunningAgent agent = await StartAsync(sink);
        await using Screen screen = await browser.OpenAsync(agent, "/endpoints?sort=host");
        await screen.Page.Keyboard.PressAsync("Tab");
        await Expect(screen.Link("Skip to content")).ToBeFocusedAsync();
        await Expect(screen.Link("Skip to content")).ToBeInViewportAsync();
        await screen.Page.Keyboard.PressAsync("Enter");
        await Expect(screen.Page.Locator("#main")).ToBeFocusedAsync();
        Assert.Equal("/endpoints?sort=host", new Uri(screen.Page.Url).PathAndQuery);
        await screen.Page.Keyboard.PressAsync("Tab");
        await Expect(screen.Page.GetByRole(AriaRole.Region, new() { Name = "endpoints" })).ToBeFocusedAsync();
    }

    [WebFact]
    public async Task Tables_are_sorted_walked_and_opened_with_keys()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using RunningAgent agent = await StartAsync(sink);
        await using Screen screen = await browser.OpenAsync(agent, "/");
        IKeyboard keys = screen.Page.Keyboard;
        await screen.Button("Component").FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Page.Locator("th[aria-sort=ascending]")).ToContainTextAsync("Component");
        await screen.Page.GetByRole(AriaRole.Region, new() { Name = "components" }).FocusAsync();
        await keys.PressAsync("ArrowDown");
        await Expect(screen.Link("local.file_match.logs")).ToBeFocusedAsync();
        await keys.PressAsync("ArrowDown");
        await Expect(screen.Link("loki.process.parse")).ToBeFocusedAsync();
        await keys.PressAsync("End");
        await Expect(screen.Link("prometheus.scrape.down")).ToBeFocusedAsync();
        await keys.PressAsync("Home");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("ArrowUp");
        await Expect(screen.Link("local.file_match.logs")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("local.file_match.logs");
        await Expect(screen.Page.Locator("#main")).ToBeFocusedAsync();

        await screen.GoAsync("/targets");
        await screen.Page.GetByRole(AriaRole.Region, new() { Name = "targets" }).FocusAsync();
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Enter");
        await Expect(screen.Page.Locator("tr.detail .labels").First).ToBeVisibleAsync();
        await keys.PressAsync("Space");
        await Expect(screen.Page.Locator("tr.detail")).ToHaveCountAsync(0);
        screen.AssertNoErrors();
    }

    [WebFact]
    public async Task The_graph_is_one_stop_and_arrow_keys_follow_the_flow_in_it()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using RunningAgent agent = await StartAsync(sink);
        await using Screen screen = await browser.OpenAsync(agent, "/graph");
        IKeyboard keys = screen.Page.Keyboard;
        await Expect(screen.Box("loki.write.sink")).ToBeVisibleAsync();
        await screen.Button("Fit").FocusAsync();
        await keys.PressAsync("Tab");
        await Expect(Node(screen, "local.file_match.logs")).ToBeFocusedAsync();
        foreach ((string key, string next) in Walk)
        {
            await keys.PressAsync(key);
            await Expect(Node(screen, next)).ToBeFocusedAsync();
            Assert.True(await screen.Page.EvaluateAsync<bool>("() => document.activeElement.matches(':focus-visible')"));
        }

        await keys.PressAsync("Space");
        await Expect(screen.Page.GetByText("Up- and downstream of")).ToBeVisibleAsync();
        Assert.Contains("focus=loki.write.sink", screen.Page.Url, StringComparison.Ordinal);
        await keys.PressAsync("Escape");
        await Expect(screen.Page.GetByText("Up- and downstream of")).ToHaveCountAsync(0);

        // Whoever leaves the graph and comes back finds the component where they were.
        await keys.PressAsync("Shift+Tab");
        await Expect(screen.Button("Fit")).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await Expect(Node(screen, "loki.write.sink")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("loki.write.sink");
        screen.AssertNoErrors();
    }

    [WebFact]
    public async Task Live_data_is_paused_chosen_and_copied_with_keys()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using RunningAgent agent = await StartAsync(sink);
        await using Screen screen = await browser.OpenAsync(agent, "/component/loki.relabel.rules");
        IKeyboard keys = screen.Page.Keyboard;
        await screen.Labelled("live data to loki.write.sink").FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByText("left out")).ToBeVisibleAsync();
        _workspace.Log("app.log", "one", "two");
        await Expect(screen.Page.Locator(".sample")).ToHaveCountAsync(2);
        await screen.Labelled("samples").FocusAsync();
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Enter");
        await Expect(screen.Page.Locator(".sample").Nth(1).Locator(".sample-detail")).ToContainTextAsync("loki.relabel.rules → loki.write.sink");

        // The clipboard of plain pages is not there over plain HTTP from elsewhere: the old way has to do.
        await screen.Page.EvaluateAsync("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })");
        await screen.Button("Copy").FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Button("Copied")).ToBeFocusedAsync();

        await screen.Button("Pause").FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByText("held: the page is paused")).ToBeVisibleAsync();
        screen.AssertNoErrors();
    }

    private static ILocator Node(Screen screen, string id) => screen.Page.Locator($".react-flow__node[data-id='{id}']");

    private async Task<RunningAgent> StartAsync(LokiSink sink)
    {
        _workspace.Configure(Pipelines.Files.Replace("loki.write.sink", "loki.relabel.rules", StringComparison.Ordinal) + """
            loki.relabel "rules" {
                forward_to = [loki.write.sink.receiver]

                rule {
                    target_label = "cluster"
                    replacement  = "one"
                }
            }

            loki.process "parse" {
                forward_to = [loki.write.sink.receiver]

                stage.logfmt {
                    mapping = { level = "" }
                }
            }

            prometheus.scrape "down" {
                targets         = [{__address__ = "127.0.0.1:1"}]
                forward_to      = []
                scrape_interval = "1s"
                scrape_timeout  = "1s"
            }

            livedebugging {
                enabled = true
            }

            """ + Pipelines.To(sink));
        _workspace.Log("app.log", "first");
        RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        await sink.LineAsync("first");
        return agent;
    }

    /// <summary>Every stop of the tab key on a page, from its beginning to its end.</summary>
    private static async Task<List<Place>> WalkAsync(IPage page)
    {
        List<Place> walked = [];
        while (walked.Count < MostStops)
        {
            await page.Keyboard.PressAsync("Tab");
            JsonElement stop = (await page.EvaluateAsync(Stop))!.Value;
            string name = stop.GetProperty("name").GetString()!;
            if (stop.GetProperty("isBody").GetBoolean() || (walked.Count > 0 && name == walked[0].Name))
            {
                break;
            }
            walked.Add(new Place(name, stop.GetProperty("isShown").GetBoolean()));
        }
        return walked;
    }
}
