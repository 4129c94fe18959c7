using Agent.Components.Prometheus;
using Agent.Components.Tests.Decoding;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.Exporter;

public sealed class SmallExportersTests
{
    [Fact]
    public async Task Self_shows_the_metrics_of_the_whole_process()
    {
        using var context = new TestComponentContext("prometheus.exporter.self.x");
        await using var component = new PrometheusExporterSelf(context);
        await component.ApplyAsync(new PrometheusExporterSelf.Arguments(), CancellationToken.None);
        context.Registry.Scope().Counter("other_total", "Of another component.").Add(3);

        Answer answer = await component.GetAsync();

        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (answer.Status, answer.ContentType));
        Assert.Contains("# TYPE other_total counter\nother_total 3\n", answer.Text, StringComparison.Ordinal);
        Target target = Assert.Single(Assert.IsType<PrometheusExporterSelf.Exports>(context.LastExports).Targets);
        Assert.Equal("integrations/self", target["job"]);
    }

    [Fact]
    public async Task Static_serves_its_text_as_it_is_and_changes_with_its_arguments()
    {
        using var context = new TestComponentContext("prometheus.exporter.static.x");
        await using var component = new PrometheusExporterStatic(context);
        await component.ApplyAsync(new PrometheusExporterStatic.Arguments { Text = "# HELP a Says.\n# TYPE a counter\na{b=\"c\"} 1 1500" }, CancellationToken.None);

        Assert.Equal("# HELP a Says.\n# TYPE a counter\na{b=\"c\"} 1 1500\n", (await component.GetAsync()).Text);
        Target target = Assert.Single(Assert.IsType<PrometheusExporterStatic.Exports>(context.LastExports).Targets);
        Assert.Equal(("integrations/static", "prometheus.exporter.static.x"), (target["job"], target["instance"]));

        await component.ApplyAsync(new PrometheusExporterStatic.Arguments { Text = "b 2\n" }, CancellationToken.None);

        Assert.Equal("b 2\n", (await component.GetAsync()).Text);
    }

    [Fact]
    public async Task Static_is_written_as_OpenMetrics_for_those_who_prefer_it()
    {
        using var context = new TestComponentContext("prometheus.exporter.static.x");
        await using var component = new PrometheusExporterStatic(context);
        await component.ApplyAsync(new PrometheusExporterStatic.Arguments { Text = "# TYPE a_total counter\na_total 1\n" }, CancellationToken.None);

        Answer answer = await component.GetAsync(accept: "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.4");

        Assert.Equal(
            (200, "application/openmetrics-text; version=1.0.0; charset=utf-8", "# TYPE a counter\na_total 1\n# EOF\n"),
            (answer.Status, answer.ContentType, answer.Text));
    }

    [Theory]
    [InlineData("a{b=c} 1\n")]
    [InlineData("a one\n")]
    [InlineData("a 1\n1a 2\n")]
    public void Static_says_where_its_text_is_wrong(string text)
    {
        string error = Assert.Single(TestComponent.Errors(Config.Labelled("prometheus.exporter.static", "x", Config.Set("text", text))));
        Assert.StartsWith("failed to parse prom text: cannot read metrics at line ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a 1")]
    [InlineData("# HELP a Says.\n# TYPE a gauge\na{b=\"c\\n\"} +Inf 5\n")]
    public void Static_takes_what_a_scrape_takes(string text) =>
        Assert.Empty(TestComponent.Errors(Config.Labelled("prometheus.exporter.static", "x", Config.Set("text", text))));

    [Theory]
    [InlineData("/", "GET", 404)]
    [InlineData("/metrics/", "GET", 404)]
    [InlineData("/metrics", "POST", 405)]
    [InlineData("/metrics", "HEAD", 200)]
    public async Task Only_the_page_is_there_and_only_to_be_read(string path, string method, int status)
    {
        using var context = new TestComponentContext("prometheus.exporter.self.x");
        await using var component = new PrometheusExporterSelf(context);

        Assert.Equal(status, (await component.GetAsync(path, method: method)).Status);
    }
}
