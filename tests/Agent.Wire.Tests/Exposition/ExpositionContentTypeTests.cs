using Agent.Wire.Exposition;

namespace Agent.Wire.Tests.Exposition;

public sealed class ExpositionContentTypeTests
{
    [Theory]
    [InlineData("text/plain; version=0.0.4; charset=utf-8", ExpositionFormat.PrometheusText)]
    [InlineData(" Text/Plain ;", ExpositionFormat.PrometheusText)]
    [InlineData("application/openmetrics-text; version=\"1.0.0\"; charset=utf-8", ExpositionFormat.OpenMetrics)]
    [InlineData("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", ExpositionFormat.Protobuf)]
    public void Known_types_are_chosen_without_a_problem(string contentType, ExpositionFormat expected)
    {
        Assert.True(ExpositionContentType.TryChoose(contentType, null, out ExpositionFormat format, out string? problem));
        Assert.Equal(expected, format);
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text/html")]
    [InlineData("text/plain; a")]
    [InlineData("text/plain; a=1; A=2")]
    [InlineData("/; a=1")]
    [InlineData("text plain")]
    public void Anything_else_needs_the_fallback(string contentType)
    {
        Assert.False(ExpositionContentType.TryChoose(contentType, null, out _, out string? problem));
        Assert.Contains("no fallback_scrape_protocol", problem);
        string fallback = ScrapeProtocols.MediaType(ScrapeProtocol.OpenMetrics10);
        Assert.True(ExpositionContentType.TryChoose(contentType, fallback, out ExpositionFormat format, out problem));
        Assert.Equal(ExpositionFormat.OpenMetrics, format);
        Assert.Contains("using fallback_scrape_protocol", problem);
    }

    [Fact]
    public void The_accept_header_weighs_protocols_as_Prometheus_does()
    {
        ScrapeProtocol[] protocols = [ScrapeProtocol.OpenMetrics10, ScrapeProtocol.OpenMetrics001, ScrapeProtocol.PrometheusText10, ScrapeProtocol.PrometheusText004];
        Assert.Equal(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            ScrapeProtocols.AcceptHeader(protocols, "allow-utf-8"));
    }

    [Fact]
    public void Protocols_have_the_names_of_the_configuration()
    {
        foreach (string name in new[] { "PrometheusProto", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0", "PrometheusText0.0.4", "PrometheusText1.0.0" })
        {
            Assert.True(ScrapeProtocols.TryParse(name, out ScrapeProtocol protocol));
            Assert.Equal(name, ScrapeProtocols.Name(protocol));
        }
        Assert.False(ScrapeProtocols.TryParse("prometheusproto", out _));
    }
}
