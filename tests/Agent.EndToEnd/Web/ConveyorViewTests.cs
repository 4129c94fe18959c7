using System.Text.RegularExpressions;
using Agent.EndToEnd.Kubernetes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Agent.EndToEnd.Web;

/// <summary>Every view of the web UI, opened, searched and filtered on a production configuration.</summary>
[Collection(nameof(ClusterCollection))]
public sealed partial class ConveyorViewTests(ConveyorUi ui) : IClassFixture<ConveyorUi>
{
    // Targets are scraped once in 30 s, and the first time at any moment of them.
    private const float FirstScrapes = 45_000;

    [ConveyorViewFact]
    public async Task Components_are_searched_filtered_by_health_and_kind_and_sorted()
    {
        await using Screen screen = await ui.OpenAsync("/");
        ILocator rows = screen.Rows("components");
        await Expect(rows.Filter(new() { HasText = "loki.write.remote" })).ToHaveCountAsync(1);
        await screen.PictureAsync("components");

        await screen.Labelled("Search by name or message").FillAsync("CADVISOR");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.Filter(new() { HasText = "prometheus.scrape.cadvisor" })).ToHaveCountAsync(1);
        await screen.Labelled("Search by name or message").FillAsync("nothing of that name");
        await Expect(screen.Page.GetByText("No component fits these filters.")).ToBeVisibleAsync();
        await screen.Labelled("Search by name or message").FillAsync("");

        await screen.Choice("Kind").SelectOptionAsync("loki.process");
        await Expect(rows).ToHaveCountAsync(2);
        await screen.Page.GetByRole(AriaRole.Group, new() { Name = "Health" }).Locator(".chip.exited").ClickAsync();
        await Expect(rows).ToHaveCountAsync(0);
        await screen.Page.Locator(".chip.healthy").ClickAsync();
        await Expect(rows).ToHaveCountAsync(2);

        await screen.Button("Component").ClickAsync();
        await Expect(rows.First).ToContainTextAsync("loki.process.audit_pipeline");
        await screen.Page.GetByRole(AriaRole.Button, new() { NameRegex = ComponentHead() }).ClickAsync();
        await Expect(rows.First).ToContainTextAsync("loki.process.pod_pipeline");
        // What is shown follows from the address alone.
        await screen.Page.ReloadAsync();
        await Expect(rows.First).ToContainTextAsync("loki.process.pod_pipeline");
        await Expect(rows).ToHaveCountAsync(2);
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task A_component_shows_arguments_neighbours_and_its_reference()
    {
        await using Screen screen = await ui.OpenAsync("/component/loki.process.audit_pipeline");
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("loki.process.audit_pipeline");
        await Expect(screen.Page.Locator("pre.code").First).ToContainTextAsync("selfsubjectaccessreviews");
        ILocator neighbours = screen.Page.GetByRole(AriaRole.Region, new() { Name = "neighbours" });
        await Expect(neighbours).ToContainTextAsync("loki.source.file.audit_logs");
        await screen.PictureAsync("component");

        await neighbours.GetByRole(AriaRole.Link, new() { Name = "loki.write.local", Exact = true }).ClickAsync();
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("loki.write.local");
        await screen.Page.GoBackAsync();
        await screen.Link("Reference").ClickAsync();
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("loki.process");
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Name = "stage.json" }).First).ToBeVisibleAsync();
        await screen.PictureAsync("reference");
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task The_graph_is_searched_filtered_and_narrowed_to_what_is_up_and_downstream()
    {
        await using Screen screen = await ui.OpenAsync("/graph");
        await Expect(screen.Box("loki.write.local")).ToHaveClassAsync(Healthy());
        await Expect(screen.Edge("loki.process.audit_pipeline", "loki.write.local", "loki_log")).ToHaveCountAsync(1);
        await Expect(screen.Box("prometheus.scrape.etcd")).ToContainTextAsync("1 / 1 up", new() { Timeout = FirstScrapes });
        await screen.PictureAsync("graph");

        await screen.Labelled("Search components").FillAsync("etcd");
        await Expect(screen.Page.GetByText(Counted(2))).ToBeVisibleAsync();
        await Expect(screen.Box("loki.write.local")).ToHaveClassAsync(Dimmed());
        await Expect(screen.Box("prometheus.scrape.etcd")).Not.ToHaveClassAsync(Dimmed());
        await screen.Labelled("Search components").FillAsync("");
        await screen.Choice("Kind").SelectOptionAsync("loki");
        await Expect(screen.Box("prometheus.scrape.etcd")).ToHaveClassAsync(Dimmed());
        await screen.Choice("Kind").SelectOptionAsync("");

        await screen.Box("loki.source.kubernetes.pod_logs").Locator(".box-kind").ClickAsync();
        await Expect(screen.Page.GetByText("Up- and downstream of")).ToBeVisibleAsync();
        await Expect(screen.Box("discovery.kubernetes.pods")).Not.ToHaveClassAsync(Dimmed());
        await Expect(screen.Box("loki.write.local")).Not.ToHaveClassAsync(Dimmed());
        await Expect(screen.Box("loki.write.remote")).ToHaveClassAsync(Dimmed());
        await Expect(screen.Box("loki.source.file.audit_logs")).ToHaveClassAsync(Dimmed());
        await screen.PictureAsync("graph-focus");
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task Live_shows_what_passes_an_edge_and_only_what_holds_the_text()
    {
        await using Screen screen = await ui.OpenAsync("/live");
        await screen.Choice("To").SelectOptionAsync("loki.write.local");
        await screen.Choice("From").SelectOptionAsync("loki.process.audit_pipeline");
        await Expect(screen.Page.GetByText("Nothing has passed yet.")).ToBeVisibleAsync();
        await Expect(screen.Page.GetByText("left out")).ToBeVisibleAsync();
        ui.Audit("somebody");
        ILocator samples = screen.Page.Locator(".sample");
        await Expect(samples.Filter(new() { HasText = "somebody" })).ToHaveCountAsync(1);
        await samples.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(samples.First.Locator(".labels")).ToContainTextAsync("kube-audit");
        await screen.PictureAsync("live");

        await screen.Labelled("Only what holds this text").FillAsync("the-other");
        await Expect(samples).ToHaveCountAsync(0);
        await Expect(screen.Page.GetByText("left out")).ToBeVisibleAsync();
        ui.Audit("not-wanted");
        ui.Audit("the-other");
        await Expect(samples).ToHaveCountAsync(1);
        await Expect(samples).ToContainTextAsync("the-other");
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task Targets_are_filtered_by_state_and_job_searched_and_asked_what_they_answer()
    {
        await using Screen screen = await ui.OpenAsync("/targets");
        ILocator rows = screen.Rows("targets");
        await Expect(rows.First).ToBeVisibleAsync();
        await screen.Labelled("Search addresses, labels and errors").FillAsync(":10250/metrics/cadvisor");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("up", new() { Timeout = FirstScrapes });
        await rows.Locator("button.expand").ClickAsync();
        await Expect(screen.Page.Locator("tr.detail .label-value").Filter(new() { HasText = ConveyorUi.Node }).First).ToBeVisibleAsync();
        await screen.Button("Show what it answers now").ClickAsync();
        await Expect(screen.Page.Locator("tr.detail pre")).ToContainTextAsync("shown 1");
        await screen.Labelled("Search addresses, labels and errors").FillAsync("");

        await screen.Choice("Job").SelectOptionAsync("apiserver");
        await Expect(rows).ToHaveCountAsync(1);
        await screen.Choice("Job").SelectOptionAsync("");
        await screen.Page.Locator(".chip.dropped").ClickAsync();
        await Expect(rows.First.Locator(".badge")).ToHaveTextAsync("dropped");
        await screen.PictureAsync("targets-dropped");
        await screen.Page.Locator(".chip.up").ClickAsync();
        await Expect(rows.First.Locator(".badge")).ToHaveTextAsync("up");
        await screen.PictureAsync("targets");
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task Relabelling_is_traced_for_a_label_set_that_came_in()
    {
        await using Screen screen = await ui.OpenAsync("/relabel");
        await screen.Choice("Component").SelectOptionAsync("discovery.relabel.pod_logs");
        ILocator inputs = screen.Page.GetByRole(AriaRole.List, new() { Name = "label sets" }).GetByRole(AriaRole.Button);
        await Expect(inputs).ToHaveCountAsync(52);
        await screen.Labelled("Search label names and values").FillAsync("Succeeded");
        await Expect(inputs).ToHaveCountAsync(6);
        await inputs.First.ClickAsync();
        await Expect(screen.Page.GetByText("drops it at rule 1")).ToBeVisibleAsync();
        await Expect(screen.Page.Locator(".steps > li.dropped")).ToHaveCountAsync(1);
        await screen.PictureAsync("relabel");

        await screen.Labelled("Search label names and values").FillAsync("Running");
        await Expect(inputs).ToHaveCountAsync(46);
        await inputs.First.ClickAsync();
        await Expect(screen.Page.GetByText("keeps it, 6 rules")).ToBeVisibleAsync();
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Name = "Result" })).ToBeVisibleAsync();
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task Stages_are_traced_for_a_line_that_was_typed()
    {
        await using Screen screen = await ui.OpenAsync("/stages?component=loki.process.audit_pipeline");
        await screen.Labelled("log line").FillAsync("""{"level":"Metadata","verb":"update","objectRef":{"resource":"leases"}}""");
        await Expect(screen.Page.GetByText("dropped or held back here")).ToHaveCountAsync(1);
        await screen.Labelled("log line").FillAsync("""{"level":"Metadata","verb":"watch","objectRef":{"resource":"pods"}}""");
        await Expect(screen.Page.GetByText("dropped or held back here")).ToHaveCountAsync(0);
        await Expect(screen.Page.Locator(".steps .label-value").Filter(new() { HasText = "watch" }).First).ToBeVisibleAsync();
        await screen.PictureAsync("stages");
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task Files_are_searched_and_filtered_by_state()
    {
        await using Screen screen = await ui.OpenAsync("/files");
        ILocator rows = screen.Rows("files");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("/var/log/kube-audit/audit.log");
        await screen.PictureAsync("files");
        await screen.Labelled("Search paths and labels").FillAsync("kube-audit");
        await Expect(rows).ToHaveCountAsync(1);
        await screen.Page.Locator(".chip.down").ClickAsync();
        await Expect(screen.Page.GetByText("No file fits these filters.")).ToBeVisibleAsync();
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task Endpoints_show_what_was_sent_where_and_are_sorted()
    {
        await using Screen screen = await ui.OpenAsync("/endpoints");
        ILocator rows = screen.Rows("endpoints");
        await Expect(rows).ToHaveCountAsync(3);
        await Expect(rows.Locator(".badge.up")).ToHaveCountAsync(3);
        await Expect(rows.Filter(new() { HasText = "loki.write.local" })).ToContainTextAsync("204");
        await screen.Button("Writer").ClickAsync();
        await Expect(rows.Last).ToContainTextAsync("prometheus.remote_write.mimir");
        await screen.PictureAsync("endpoints");
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task The_configuration_is_shown_as_it_runs_and_loaded_again()
    {
        await using Screen screen = await ui.OpenAsync("/config");
        await Expect(screen.Page.Locator("pre.code")).ToContainTextAsync("prometheus.exporter.unix \"node\"");
        await Expect(screen.Page.GetByText("successful")).ToBeVisibleAsync();
        await screen.Button("Reload").ClickAsync();
        await Expect(screen.Page.GetByText("Loaded in")).ToBeVisibleAsync();
        await screen.PictureAsync("configuration");
        screen.AssertNoErrors();
    }

    [ConveyorViewFact]
    public async Task The_node_shows_its_figures_and_a_log_that_is_searched()
    {
        await using Screen screen = await ui.OpenAsync("/node");
        await Expect(screen.Page.GetByText("Managed heap")).ToBeVisibleAsync();
        ILocator lines = screen.Page.Locator(".log-line");
        await Expect(lines.First).ToBeVisibleAsync();
        await screen.PictureAsync("node");
        await screen.Labelled("Search the log").FillAsync("no line holds this");
        await Expect(lines).ToHaveCountAsync(0);
        await screen.Labelled("Search the log").FillAsync("");
        await Expect(lines.First).ToBeVisibleAsync();
        await screen.Choice("Level").SelectOptionAsync("warn");
        await Expect(screen.Page.Locator(".log-line.info")).ToHaveCountAsync(0);
        screen.AssertNoErrors();
    }

    [ConveyorViewFact(axe: true)]
    public async Task No_view_has_a_serious_violation_of_accessibility_in_either_theme()
    {
        string[] views =
        [
            "/", "/component/loki.write.local", "/graph", "/graph?focus=loki.process.audit_pipeline", "/live?to=loki.write.local", "/targets",
            "/relabel?component=discovery.relabel.kubelet", "/stages?component=loki.process.audit_pipeline&line=%7B%22verb%22%3A%22get%22%7D", "/files",
            "/endpoints", "/config", "/node", "/docs/loki.process", "/nothing/there",
        ];
        await using Screen screen = await ui.OpenAsync("/");
        List<string> violations = [];
        foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await screen.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            foreach (string view in views)
            {
                await screen.GoAsync(view);
                violations.AddRange((await Accessibility.ViolationsAsync(screen)).Select(violation => $"{view} in {scheme}: {violation}"));
            }
        }
        Assert.Empty(violations);
        await screen.GoAsync("/graph");
        await Expect(screen.Box("loki.write.local")).ToHaveClassAsync(Healthy());
        await screen.PictureAsync("graph-dark");
    }

    private static Regex Counted(int number) => new($"^{number} of \\d+ components$");

    [GeneratedRegex(@"\bhealthy\b")]
    private static partial Regex Healthy();

    [GeneratedRegex(@"\bdimmed\b")]
    private static partial Regex Dimmed();

    [GeneratedRegex("^Component")]
    private static partial Regex ComponentHead();
}
