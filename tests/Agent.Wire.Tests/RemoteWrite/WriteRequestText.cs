using System.Globalization;
using System.Text;
using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Tests.Exposition;

namespace Agent.Wire.Tests.RemoteWrite;

/// <summary>Prints a request, one line a series and one a family.</summary>
internal static class WriteRequestText
{
    public static List<string> Of(ReadOnlySpan<byte> message, WriteVersion version)
    {
        var scratch = new WriteRequestScratch();
        if (!WriteRequestReader.TryOpen(message, version, scratch, out WriteRequestReader request, out string? error))
        {
            return ["error " + error];
        }
        var lines = new List<string>();
        using var labels = new SeriesLabels();
        foreach (WriteSeriesView series in request)
        {
            series.ReadLabels(labels);
            var text = new StringBuilder(ExpositionText.Labels(labels));
            foreach (WriteSample sample in series.Samples)
            {
                text.Append(CultureInfo.InvariantCulture, $" {ExpositionText.Bits(sample.Value)}@{sample.Timestamp}");
                text.Append(sample.StartTimestamp == 0 ? "" : $" since {sample.StartTimestamp}");
            }
            Histograms(text, series);
            Exemplars(text, series);
            if (series.TryReadMetadata(out WriteMetadataView own))
            {
                text.Append(Metadata(own.ToMetadata()));
            }
            lines.Add(text.ToString());
        }
        foreach (WriteMetadataView metadata in request.Metadata)
        {
            lines.Add(Metadata(metadata.ToMetadata()));
        }
        return lines;
    }

    public static string Metadata(MetricMetadata metadata) =>
        $" meta {metadata.Family}:{metadata.Type.ToString().ToUpperInvariant()}:{metadata.Help}:{metadata.Unit}";

    private static void Histograms(StringBuilder text, WriteSeriesView series)
    {
        var histogram = new HistogramBuffer();
        for (int at = 0; series.TryReadHistogram(ref at, histogram, out HistogramTimes times);)
        {
            text.Append(CultureInfo.InvariantCulture, $" h({ExpositionText.Histogram(histogram.View)})@{times.Timestamp}");
            text.Append(times.StartTimestamp == 0 ? "" : $" since {times.StartTimestamp}");
        }
    }

    private static void Exemplars(StringBuilder text, WriteSeriesView series)
    {
        using var exemplar = new ExemplarBuffer();
        for (int at = 0; series.TryReadExemplar(ref at, exemplar);)
        {
            text.Append(CultureInfo.InvariantCulture, $" # {ExpositionText.Labels(exemplar.Labels)} {ExpositionText.Bits(exemplar.Value)}@{exemplar.Timestamp}");
        }
    }
}
