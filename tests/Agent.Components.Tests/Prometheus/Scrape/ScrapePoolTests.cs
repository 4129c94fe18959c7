using Agent.Components.Prometheus.Scrape;
using Agent.Sdk.Scraping;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.Scrape;

/// <summary>What the component tells of its targets.</summary>
public sealed class ScrapePoolTests
{
    [Fact]
    public async Task A_target_is_told_with_how_its_last_scrape_went()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With(("__meta_x", "y")));
        PrometheusScrape pool = scrape.Component;

        Assert.Null(Assert.Single(pool.ActiveTargets()).Last);
        await scrape.ScrapeAsync();
        ActiveTarget up = Assert.Single(pool.ActiveTargets());
        target.Text = "what";
        await scrape.ScrapeAsync();
        ActiveTarget down = Assert.Single(pool.ActiveTargets());

        Assert.Equal("y", up.Discovered["__meta_x"]);
        Assert.Equal("http", up.Discovered["__scheme__"]);
        Assert.Equal($"{{instance=\"{target.Address}\", job=\"prometheus.scrape.test\"}}", up.Labels.ToString());
        Assert.Equal($"http://{target.Address}/metrics", up.Url);
        Assert.Equal(("1m", "10s"), (up.Interval, up.Timeout));
        Assert.Equal("", up.Last!.Error);
        Assert.NotEqual("", down.Last!.Error);
        Assert.True(down.Last.At > up.Last.At);
    }

    [Fact]
    public async Task Targets_that_are_not_scraped_are_told_as_dropped()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        Target[] targets =
        [
            target.With(), target.With(("__meta_again", "1")), With(("name", "no address")), With(("__address__", "a/b")),
            With(("__address__", "a:1"), ("__scrape_interval__", "what")),
        ];
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(targets);
        PrometheusScrape pool = scrape.Component;

        Assert.Equal(4, pool.DroppedCount);
        Assert.Equal(
            ["1", "no address", "a/b", "what"],
            pool.DroppedTargets().Select(static labels =>
                labels["__meta_again"] + labels["name"] + (labels["__address__"] == "a/b" ? "a/b" : "") + (labels["__scrape_interval__"] == "what" ? "what" : "")));
        Assert.All(pool.DroppedTargets(), static labels => Assert.Equal("/metrics", labels["__metrics_path__"]));
        Assert.Single(pool.ActiveTargets());

        await scrape.ApplyAsync(arguments => arguments with { Targets = [target.With()] });
        Assert.Equal(0, pool.DroppedCount);
        Assert.Empty(pool.DroppedTargets());
    }

    [Fact]
    public async Task Metadata_is_told_of_every_family_or_of_one_until_the_target_has_not_had_it_for_ten_scrapes()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("# HELP a One.\n# TYPE a counter\na 1\n# TYPE b gauge\nb 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        PrometheusScrape pool = scrape.Component;

        Assert.Empty(Assert.Single(pool.Metadata(null)).Families);
        await scrape.ScrapeAsync();
        TargetMetadata all = Assert.Single(pool.Metadata(null));
        Assert.Equal([new MetricMetadata("a", MetricType.Counter, "One."), new MetricMetadata("b", MetricType.Gauge)], all.Families);
        Assert.Equal(target.Address, all.Target["instance"]);
        Assert.Equal("b", Assert.Single(Assert.Single(pool.Metadata("b")).Families).Family);
        Assert.Empty(Assert.Single(pool.Metadata("c")).Families);

        target.Text = "# TYPE b gauge\nb 1\n";
        for (int i = 0; i < 10; i++)
        {
            await scrape.ScrapeAsync();
        }
        Assert.Equal(2, Assert.Single(pool.Metadata(null)).Families.Count);
        await scrape.ScrapeAsync();
        Assert.Equal("b", Assert.Single(Assert.Single(pool.Metadata(null)).Families).Family);
    }

    [Fact]
    public async Task A_component_that_does_not_run_has_no_targets()
    {
        await using var component = new PrometheusScrape(new TestComponentContext("prometheus.scrape.test", new FakeTimeProvider()));

        Assert.Empty(component.ActiveTargets());
        Assert.Empty(component.DroppedTargets());
        Assert.Empty(component.Metadata(null));
        Assert.Equal(0, component.DroppedCount);
    }

    [Theory]
    [InlineData("http://jane:hunter2%40host:80/metrics", "http://(secret)@host:80/metrics")]
    [InlineData("cannot scrape http://jane:hun%40ter2@host/: refused", "cannot scrape http://(secret)@host/: refused")]
    [InlineData("http://prober/probe?target=https%3A%2F%2Fjane%3Ahunter2%40shop%2Fx&module=a", "http://prober/probe?target=https%3A%2F%2F(secret)%40shop%2Fx&module=a")]
    [InlineData("http://a/m?x=1&api_key=hunter2&y=2", "http://a/m?x=1&api_key=(secret)&y=2")]
    [InlineData("http://a/m?access_token=hunter2", "http://a/m?access_token=(secret)")]
    [InlineData("http://a/m?to=x%40y.z", "http://a/m?to=x%40y.z")]
    [InlineData("http://a/m@b?module=http_2xx", "http://a/m@b?module=http_2xx")]
    public void Passwords_in_URLs_are_not_told(string text, string shown) => Assert.Equal(shown, TargetSecrets.Hide(text));

    [Fact]
    public void Passwords_in_labels_are_not_told()
    {
        LabelSet labels = With(
            ("__address__", "jane:hunter2@host:80"), ("instance", "jane:hunter2@host:80"), ("__param_target", "https://jane:hunter2@shop/"),
            ("__param_token", "hunter2"), ("image", "shop:1.2@sha256:12ab"), ("url", "http://shop/x")).Labels;

        LabelSet shown = TargetSecrets.Hide(labels);

        Assert.DoesNotContain("hunter2", shown.ToString(), StringComparison.Ordinal);
        Assert.Equal("(secret)@host:80", shown["__address__"]);
        Assert.Equal("https://(secret)@shop/", shown["__param_target"]);
        Assert.Equal("shop:1.2@sha256:12ab", shown["image"]);
        Assert.Same(LabelSet.Empty, TargetSecrets.Hide(LabelSet.Empty));
    }

    private static Target With(params (string Name, string Value)[] labels) =>
        new(LabelSet.From(labels.Select(static label => KeyValuePair.Create(label.Name, label.Value))));
}
