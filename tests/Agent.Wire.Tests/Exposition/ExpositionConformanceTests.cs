using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Agent.Testing;
using Agent.Wire.Exposition;

namespace Agent.Wire.Tests.Exposition;

public sealed class ExpositionConformanceTests
{
    [ConformanceFact]
    public void Prometheus_text_is_read_as_Prometheus_reads_it() => Run("prom");

    [ConformanceFact]
    public void OpenMetrics_is_read_as_Prometheus_reads_it() => Run("om");

    [ConformanceFact]
    public void The_protobuf_format_is_read_as_Prometheus_reads_it() => Run("pb");

    [ConformanceFact]
    public void Whole_answers_are_read_as_Prometheus_reads_them() => Run("files");

    [ConformanceFact]
    public void The_content_type_decides_as_it_does_for_Prometheus() => Run("content-type");

    [ConformanceFact]
    public void Big_answers_are_read_as_Prometheus_reads_them()
    {
        var set = new ConformanceSet("exposition/big");
        foreach (string path in Directory.GetFiles(Conformance.PathOf("exposition/big")!, "*.json.gz").Order())
        {
            using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using JsonDocument file = JsonDocument.Parse(gzip);
            JsonElement root = file.RootElement;
            foreach (JsonElement @case in root.TryGetProperty("cases", out JsonElement cases) ? [.. cases.EnumerateArray()] : new[] { root })
            {
                set.Case(@case.GetProperty("id").GetString()!, () => Check(@case));
            }
        }
        set.Finish();
    }

    private static void Run(string name)
    {
        var set = new ConformanceSet("exposition/" + name);
        using JsonDocument file = Conformance.Load($"exposition/{name}.json");
        foreach (JsonElement @case in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(@case.GetProperty("id").GetString()!, () => Check(@case));
        }
        set.Finish();
    }

    private static string? Check(JsonElement @case)
    {
        JsonElement options = @case.GetProperty("options");
        JsonElement expected = @case.GetProperty("expected");
        string? fallback = options.TryGetProperty("fallback_content_type", out JsonElement given) ? given.GetString() : null;
        bool chosen = ExpositionContentType.TryChoose(@case.GetProperty("content_type").GetString()!, fallback, out ExpositionFormat format, out string? problem);
        if (expected.TryGetProperty("no_parser", out _))
        {
            return chosen ? "the content type must be refused" : problem is null ? "no reason given" : null;
        }
        if (!chosen)
        {
            return problem;
        }
        if (expected.TryGetProperty("warning", out _) != problem is not null)
        {
            return $"warning: {problem}";
        }
        byte[] input = @case.TryGetProperty("input_base64", out JsonElement raw)
            ? raw.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(@case.GetProperty("input").GetString()!);
        List<string> actual = Read(input, format, options, out ExpositionError? error);
        return Difference(ExpectedExposition.Of(expected), actual)
            ?? (expected.TryGetProperty("error", out JsonElement cause) == error is not null ? null : $"error {cause}, not {error}");
    }

    private static List<string> Read(byte[] input, ExpositionFormat format, JsonElement options, out ExpositionError? error)
    {
        using var scratch = new ExpositionScratch();
        using var histograms = new ClassicHistogramScratch();
        bool convert = Is(options, "convert_classic_histograms_to_nhcb");
        bool keep = Is(options, "keep_classic_on_classic_and_native");
        bool skipCreated = Is(options, "openmetrics_skip_st_series");
        switch (format)
        {
            case ExpositionFormat.Protobuf:
                var protobuf = new ProtobufExpositionReader(input, scratch)
                {
                    IgnoreNativeHistograms = Is(options, "ignore_native_histograms"),
                    KeepClassicHistograms = keep,
                    ConvertClassicHistograms = convert,
                };
                return ExpositionText.Of(ref protobuf, out error);
            case ExpositionFormat.OpenMetrics:
                var openMetrics = new OpenMetricsReader(input, scratch) { SkipCreated = skipCreated };
                if (!convert)
                {
                    return ExpositionText.Of(ref openMetrics, out error);
                }
                var converted = new ClassicHistogramReader<OpenMetricsReader>(openMetrics, histograms) { KeepClassic = keep, WithStartTimestamps = skipCreated };
                return ExpositionText.Of(ref converted, out error);
            default:
                var text = new PrometheusTextReader(input, scratch);
                if (!convert)
                {
                    return ExpositionText.Of(ref text, out error);
                }
                var convertedText = new ClassicHistogramReader<PrometheusTextReader>(text, histograms) { KeepClassic = keep };
                return ExpositionText.Of(ref convertedText, out error);
        }
    }

    private static bool Is(JsonElement options, string name) => options.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    private static string? Difference(List<string> expected, List<string> actual)
    {
        for (int i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            string want = i < expected.Count ? expected[i] : "(end)";
            string have = i < actual.Count ? actual[i] : "(end)";
            if (want != have)
            {
                return $"entry {i}:\n   want {want}\n   have {have}";
            }
        }
        return null;
    }
}
