using System.Text;
using Agent.Components.Prometheus.Exporter;
using Agent.Wire;
using Agent.Wire.Exposition;

namespace Agent.Components.Tests.Prometheus.Exporter;

public sealed class OpenMetricsTextTests
{
    [Fact]
    public void Families_are_named_and_typed_as_OpenMetrics_wants_them()
    {
        Assert.Equal(
            """
            # HELP requests Says "so" \\ and\nmore.
            # TYPE requests counter
            requests_total{code="200"} 3
            # HELP odd A counter without its ending.
            # TYPE odd unknown
            odd 1
            # TYPE plain unknown
            plain 2 1395066363.5
            # HELP lonely Help alone.
            # EOF

            """.Replace("Says \"so\"", "Says \\\"so\\\""),
            Convert(
                """
                # HELP requests_total Says "so" \\ and\nmore.
                # TYPE requests_total counter
                requests_total{code="200"} 3
                # HELP odd A counter without its ending.
                # TYPE odd counter
                odd 1

                # A comment.
                # TYPE plain untyped
                plain 2 1395066363500
                # HELP lonely Help alone.
                """));
    }

    [Fact]
    public void Bounds_and_quantiles_have_a_point_and_label_values_are_left_alone()
    {
        Assert.Equal(
            """
            # TYPE h histogram
            h_bucket{path="}, le=\"1\" {",le="1.0"} 1
            h_bucket{le="0.5",path="x"} 1
            h_bucket{le="+Inf"} 2
            h_sum 3.5
            h_count 2
            s{quantile="1.0"} 4
            # EOF

            """,
            Convert(
                """
                # TYPE h histogram
                h_bucket{path="}, le=\"1\" {",le="1"} 1
                h_bucket{le="0.5",path="x"} 1
                h_bucket{le="+Inf"} 2
                h_sum 3.5
                h_count 2
                s{quantile="1"} 4

                """));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a{")]
    [InlineData("a{b=\"")]
    [InlineData("# HELP")]
    [InlineData("# TYPE ")]
    public void Whatever_comes_in_it_ends_well(string text) => Assert.EndsWith("# EOF\n", Convert(text), StringComparison.Ordinal);

    [Fact]
    public void What_is_written_can_be_read()
    {
        using var converted = new GrowableBuffer();
        OpenMetricsText.Convert("# HELP a_total \"x\"\n# TYPE a_total counter\na_total{b=\"c\"} 1 1500\n# TYPE g gauge\ng NaN\n"u8, converted);
        using var scratch = new ExpositionScratch();
        var reader = new OpenMetricsReader(converted.Written, scratch);
        int series = 0;
        while (reader.Next())
        {
            series += reader.Entry == ExpositionEntry.Series ? 1 : 0;
        }
        Assert.Null(reader.Error);
        Assert.Equal(2, series);
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData("*/*", false, false)]
    [InlineData("application/openmetrics-text", true, true)]
    [InlineData("application/openmetrics-text; version=1.0.0,text/plain;q=0.5", false, true)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.2", false, true)]
    [InlineData("application/vnd.google.protobuf;q=0.7,text/plain;q=0.6,application/openmetrics-text;q=0.5", false, false)]
    [InlineData("application/openmetrics-text;q=0", false, false)]
    public void OpenMetrics_is_chosen_where_preferred_or_where_nothing_else_is_taken(string accept, bool asLastResort, bool wherePreferred)
    {
        Assert.Equal(asLastResort, AcceptedFormats.WantsOpenMetrics(accept, OpenMetricsUse.AsLastResort));
        Assert.Equal(wherePreferred, AcceptedFormats.WantsOpenMetrics(accept, OpenMetricsUse.WherePreferred));
    }

    private static string Convert(string text)
    {
        using var output = new GrowableBuffer();
        OpenMetricsText.Convert(Encoding.UTF8.GetBytes(text), output);
        return Encoding.UTF8.GetString(output.Written);
    }
}
