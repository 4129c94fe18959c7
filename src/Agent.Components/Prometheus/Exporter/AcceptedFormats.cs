using System.Globalization;

namespace Agent.Components.Prometheus.Exporter;

/// <summary>Chooses a format by the Accept header of a scrape.</summary>
internal static class AcceptedFormats
{
    /// <summary>No header accepts everything. Formats that exporters do not have, such as protobuf, are passed over.</summary>
    public static bool WantsOpenMetrics(string accept, OpenMetricsUse use)
    {
        double openMetrics = 0;
        double text = accept.Length == 0 ? 1 : 0;
        ReadOnlySpan<char> header = accept;
        foreach (Range range in header.Split(','))
        {
            ReadOnlySpan<char> entry = header[range];
            int end = entry.IndexOf(';');
            ReadOnlySpan<char> type = (end < 0 ? entry : entry[..end]).Trim();
            double weight = end < 0 ? 1 : Weight(entry[end..]);
            if (type.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                openMetrics = Math.Max(openMetrics, weight);
            }
            else if (type is "*/*" or "text/*" || type.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                text = Math.Max(text, weight);
            }
        }
        return use == OpenMetricsUse.WherePreferred ? openMetrics > text : openMetrics > 0 && text == 0;
    }

    private static double Weight(ReadOnlySpan<char> parameters)
    {
        foreach (Range range in parameters.Split(';'))
        {
            ReadOnlySpan<char> parameter = parameters[range].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double weight))
            {
                return weight;
            }
        }
        return 1;
    }
}
