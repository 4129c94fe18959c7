using System.Text;
using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Tests.Exposition;

namespace Agent.Wire.Tests.RemoteWrite;

/// <summary>Takes what a target serves through reader and encoders of both versions, and compares the series that come out.</summary>
internal static class ScrapeToRequest
{
    private const long Now = 1_714_979_289_123;

    public static string? Check(string exposed)
    {
        using var scratch = new ExpositionScratch();
        using var labels = new SeriesLabels();
        using var v1 = new WriteRequestBatch();
        using var v2 = new WriteRequestV2Batch();
        var expected = new List<string>();
        var reader = new PrometheusTextReader(Encoding.UTF8.GetBytes(exposed), scratch);
        while (reader.Next())
        {
            if (reader.Entry != ExpositionEntry.Series)
            {
                continue;
            }
            if (!reader.TryReadLabels(labels))
            {
                break;
            }
            var series = new MetricSeries(labels.ToLabelSet());
            long time = reader.HasTimestamp ? reader.Timestamp : Now;
            v1.AddSample(series, reader.Value, time);
            v2.AddSample(series, reader.Value, time);
            expected.Add($"{LabelsOf(series)} {ExpositionText.Bits(reader.Value)}@{time}");
        }
        using var second = new GrowableBuffer();
        v2.WriteTo(second);
        return Difference(expected, WriteRequestText.Of(v1.Encode(), WriteVersion.V1))
            ?? Difference(expected, WriteRequestText.Of(second.Written, WriteVersion.V2));
    }

    private static string LabelsOf(MetricSeries series)
    {
        var text = new StringBuilder("{");
        LabelBlock.Enumerator labels = LabelBlock.Read(series.ReadLabelBlock());
        while (labels.MoveNext())
        {
            text.Append('[').Append(Shown(labels.Name)).Append('=').Append(Shown(labels.Value)).Append(']');
        }
        return text.Append('}').ToString();
    }

    private static string Shown(ReadOnlySpan<byte> text) =>
        text.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0 ? "x" + Convert.ToHexString(text) : Encoding.UTF8.GetString(text);

    private static string? Difference(List<string> expected, List<string> actual) =>
        expected.SequenceEqual(actual) ? null : $"{string.Join('\n', actual)}\n   not {string.Join('\n', expected)}";
}
