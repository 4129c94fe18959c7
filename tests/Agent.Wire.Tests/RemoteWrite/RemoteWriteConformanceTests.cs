using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;
using Agent.Wire.Tests.Exposition;

namespace Agent.Wire.Tests.RemoteWrite;

public sealed class RemoteWriteConformanceTests
{
    [ConformanceFact]
    public void Requests_of_version_1_decode_and_what_we_encode_decodes_to_the_same() => Run("remote_write_v1", WriteVersion.V1);

    [ConformanceFact]
    public void Requests_of_version_2_decode_and_what_we_encode_decodes_to_the_same() => Run("remote_write_v2", WriteVersion.V2);

    [ConformanceFact]
    public void Every_metric_that_senders_are_tested_with_reaches_a_request_whole()
    {
        var set = new ConformanceSet("push/remote_write_sender_requirements (encoding)");
        using JsonDocument file = Conformance.Load("push/remote_write_sender_requirements.json");
        foreach (JsonElement @case in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (@case.GetProperty("scrape_data").ValueKind != JsonValueKind.String)
            {
                set.Skip();
                continue;
            }
            set.Case(@case.GetProperty("id").GetString()!, () => ScrapeToRequest.Check(@case.GetProperty("scrape_data").GetString()!));
        }
        set.Finish();
    }

    private static void Run(string name, WriteVersion version)
    {
        var set = new ConformanceSet("push/" + name);
        using JsonDocument file = Conformance.Load($"push/{name}.json");
        foreach (JsonElement @case in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(@case.GetProperty("id").GetString()!, () => Check(@case, version));
        }
        set.Finish();
    }

    private static string? Check(JsonElement @case, WriteVersion version)
    {
        List<string> expected = Expected(@case);
        using var plain = new GrowableBuffer();
        byte[] block = @case.GetProperty("snappy_base64").GetBytesFromBase64();
        if (!SnappyDecoder.TryDecompress(block, 1 << 20, plain) || !plain.Written.SequenceEqual(@case.GetProperty("protobuf_base64").GetBytesFromBase64()))
        {
            return "the snappy block does not hold the request";
        }
        List<string> decoded = WriteRequestText.Of(plain.Written, version);
        // The encoder that wrote the golden bytes takes minus zero for the default and leaves it out; ours does not.
        if (!expected.Select(static line => line.Replace(" 8000000000000000@", " 0000000000000000@", StringComparison.Ordinal)).SequenceEqual(decoded))
        {
            return $"decoded {string.Join('\n', decoded)}\n   not {string.Join('\n', expected)}";
        }
        List<string> again = WriteRequestText.Of(version == WriteVersion.V1 ? EncodeV1(@case) : EncodeV2(@case), version);
        // A series without anything to say is not sent.
        expected.RemoveAll(static line => line.EndsWith('}'));
        return expected.SequenceEqual(again) ? null : $"encoded {string.Join('\n', again)}\n   not {string.Join('\n', expected)}";
    }

    private static byte[] EncodeV1(JsonElement @case)
    {
        using var batch = new WriteRequestBatch();
        foreach (JsonElement series in @case.GetProperty("timeseries").EnumerateArray())
        {
            var reference = new MetricSeries(Labels(series.GetProperty("labels")));
            foreach (JsonElement sample in All(series, "samples"))
            {
                batch.AddSample(reference, Double(sample.GetProperty("value")), sample.GetProperty("timestamp_ms").GetInt64());
            }
            foreach (JsonElement histogram in All(series, "histograms"))
            {
                batch.AddHistogram(reference, GoldenHistogram.Read(histogram).View, histogram.GetProperty("timestamp_ms").GetInt64());
            }
            foreach (JsonElement exemplar in All(series, "exemplars"))
            {
                batch.AddExemplar(Exemplar(reference, exemplar));
            }
        }
        foreach (JsonElement metadata in All(@case, "metadata"))
        {
            batch.AddMetadata(Metadata(metadata));
        }
        return batch.Encode().ToArray();
    }

    private static byte[] EncodeV2(JsonElement @case)
    {
        using var batch = new WriteRequestV2Batch();
        using var output = new GrowableBuffer();
        foreach (JsonElement series in @case.GetProperty("timeseries").EnumerateArray())
        {
            var reference = new MetricSeries(Labels(series.GetProperty("labels"))) { Metadata = Metadata(series.GetProperty("metadata")) };
            foreach (JsonElement sample in All(series, "samples"))
            {
                batch.AddSample(reference, Double(sample.GetProperty("value")), sample.GetProperty("timestamp_ms").GetInt64(), Start(sample));
            }
            foreach (JsonElement histogram in All(series, "histograms"))
            {
                batch.AddHistogram(reference, GoldenHistogram.Read(histogram).View, new HistogramTimes(histogram.GetProperty("timestamp_ms").GetInt64(), Start(histogram)));
            }
            foreach (JsonElement exemplar in All(series, "exemplars"))
            {
                batch.AddExemplar(Exemplar(reference, exemplar));
            }
        }
        batch.WriteTo(output);
        return output.Written.ToArray();
    }

    private static List<string> Expected(JsonElement @case)
    {
        var lines = new List<string>();
        foreach (JsonElement series in @case.GetProperty("timeseries").EnumerateArray())
        {
            var text = new StringBuilder(LabelText(series.GetProperty("labels")));
            foreach (JsonElement sample in All(series, "samples"))
            {
                text.Append(CultureInfo.InvariantCulture, $" {sample.GetProperty("value").GetProperty("bits").GetString()}@{sample.GetProperty("timestamp_ms").GetInt64()}");
                text.Append(Start(sample) == 0 ? "" : $" since {Start(sample)}");
            }
            foreach (JsonElement histogram in All(series, "histograms"))
            {
                text.Append(CultureInfo.InvariantCulture, $" h({ExpositionText.Histogram(GoldenHistogram.Read(histogram).View)})@{histogram.GetProperty("timestamp_ms").GetInt64()}");
                text.Append(Start(histogram) == 0 ? "" : $" since {Start(histogram)}");
            }
            foreach (JsonElement exemplar in All(series, "exemplars"))
            {
                text.Append(CultureInfo.InvariantCulture, $" # {LabelText(exemplar.GetProperty("labels"))} {exemplar.GetProperty("value").GetProperty("bits").GetString()}@{exemplar.GetProperty("timestamp_ms").GetInt64()}");
            }
            if (series.TryGetProperty("metadata", out JsonElement own) && Metadata(own) is not { Type: MetricType.Unknown, Help: "", Unit: "" })
            {
                text.Append(WriteRequestText.Metadata(Metadata(own)));
            }
            lines.Add(text.ToString());
        }
        lines.AddRange(All(@case, "metadata").Select(static metadata => WriteRequestText.Metadata(Metadata(metadata))));
        return lines;
    }

    private static MetricExemplar Exemplar(MetricSeries series, JsonElement exemplar) => new(
        series,
        LabelBlock.Of(Labels(exemplar.GetProperty("labels"))),
        Double(exemplar.GetProperty("value")),
        exemplar.GetProperty("timestamp_ms").GetInt64());

    private static JsonElement.ArrayEnumerator All(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static long Start(JsonElement sample) => sample.TryGetProperty("start_timestamp_ms", out JsonElement start) ? start.GetInt64() : 0;

    private static double Double(JsonElement number) =>
        BitConverter.UInt64BitsToDouble(ulong.Parse(number.GetProperty("bits").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private static LabelSet Labels(JsonElement labels) =>
        LabelSet.From(labels.EnumerateArray().Select(static label => KeyValuePair.Create(label[0].GetString()!, label[1].GetString()!)));

    private static string LabelText(JsonElement labels) => "{" + string.Concat(labels.EnumerateArray()
        .OrderBy(static label => label[0].GetString(), StringComparer.Ordinal)
        .Select(static label => $"[{Shown(label[0].GetString()!)}={Shown(label[1].GetString()!)}]")) + "}";

    private static string Shown(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 ? "x" + Convert.ToHexString(Encoding.UTF8.GetBytes(text)) : text;

    private static MetricMetadata Metadata(JsonElement metadata)
    {
        string type = metadata.GetProperty("type").GetString()!;
        return new MetricMetadata(
            metadata.TryGetProperty("metric_family_name", out JsonElement family) ? family.GetString()! : "",
            Enum.TryParse(type, ignoreCase: true, out MetricType known) ? known : MetricType.Unknown,
            metadata.GetProperty("help").GetString()!,
            metadata.GetProperty("unit").GetString()!);
    }
}
