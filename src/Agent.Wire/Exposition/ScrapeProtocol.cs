using System.Globalization;
using System.Text;

namespace Agent.Wire.Exposition;

/// <summary>A format and version to ask a target for.</summary>
public enum ScrapeProtocol
{
    Protobuf,
    OpenMetrics10,
    OpenMetrics001,
    PrometheusText10,
    PrometheusText004,
}

/// <summary>Names of protocols in configurations, and the Accept header of a scrape.</summary>
public static class ScrapeProtocols
{
    // Prometheus weighs from the number of protocols it knows plus one downwards.
    private const int FirstWeight = 6;

    /// <summary>The name in Alloy's <c>scrape_protocols</c>, such as <c>OpenMetricsText1.0.0</c>; false for an unknown one.</summary>
    public static bool TryParse(string name, out ScrapeProtocol protocol)
    {
        foreach (ScrapeProtocol candidate in Enum.GetValues<ScrapeProtocol>())
        {
            if (Name(candidate) == name)
            {
                protocol = candidate;
                return true;
            }
        }
        protocol = default;
        return false;
    }

    public static string Name(ScrapeProtocol protocol) => protocol switch
    {
        ScrapeProtocol.Protobuf => "PrometheusProto",
        ScrapeProtocol.OpenMetrics10 => "OpenMetricsText1.0.0",
        ScrapeProtocol.OpenMetrics001 => "OpenMetricsText0.0.1",
        ScrapeProtocol.PrometheusText10 => "PrometheusText1.0.0",
        _ => "PrometheusText0.0.4",
    };

    /// <summary>The media type, with parameters, that stands for a protocol; also what a fallback protocol stands for.</summary>
    public static string MediaType(ScrapeProtocol protocol) => protocol switch
    {
        ScrapeProtocol.Protobuf => "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
        ScrapeProtocol.OpenMetrics10 => "application/openmetrics-text;version=1.0.0",
        ScrapeProtocol.OpenMetrics001 => "application/openmetrics-text;version=0.0.1",
        ScrapeProtocol.PrometheusText10 => "text/plain;version=1.0.0",
        _ => "text/plain;version=0.0.4",
    };

    /// <summary>The Accept header for protocols in order of preference; anything else comes last.</summary>
    /// <param name="escaping">How names outside the old character set shall be sent: <c>allow-utf-8</c>, <c>underscores</c>, <c>dots</c>, <c>values</c>.</param>
    public static string AcceptHeader(IReadOnlyList<ScrapeProtocol> protocols, string escaping)
    {
        var header = new StringBuilder();
        int weight = FirstWeight;
        foreach (ScrapeProtocol protocol in protocols)
        {
            header.Append(MediaType(protocol));
            if (protocol is ScrapeProtocol.PrometheusText10 or ScrapeProtocol.OpenMetrics10)
            {
                header.Append(";escaping=").Append(escaping);
            }
            header.Append(CultureInfo.InvariantCulture, $";q=0.{weight--},");
        }
        return header.Append(CultureInfo.InvariantCulture, $"*/*;q=0.{weight}").ToString();
    }
}
