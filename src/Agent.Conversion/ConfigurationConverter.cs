using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Prometheus;
using Agent.Conversion.Promtail;
using Agent.Conversion.Static;
using Agent.Conversion.Yaml;

namespace Agent.Conversion;

/// <summary>Converts configurations of other programs. What they say is translated literally: the result is a start, not an optimum.</summary>
public static class ConfigurationConverter
{
    /// <summary>Larger texts are no configurations; reading them would only take memory.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>The formats by name.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["otelcol", "prometheus", "promtail", "static"];

    public static ConversionResult Convert(ConversionRequest request)
    {
        var findings = new Findings();
        if (request.Source.Length > MostBytes)
        {
            findings.Critical($"cannot convert the configuration: it is larger than {MostBytes / (1024 * 1024)} MiB");
            return new ConversionResult(null, findings.All);
        }
        switch (request.Format)
        {
            case "prometheus":
                return WithoutArguments(request, findings, "Prometheus", PrometheusConverter.Convert);
            case "promtail":
                return WithoutArguments(request, findings, "Promtail", PromtailConverter.Convert);
            case "static":
                return StaticConverter.Convert(request, findings);
            case "otelcol":
                findings.Critical(
                    "cannot convert a configuration of the OpenTelemetry Collector: the format otelcol is not supported yet, "
                    + "because the result would be made of otelcol components, and this build has none");
                break;
            default:
                findings.Critical($"unrecognized kind \"{request.Format}\" given to the config converter");
                break;
        }
        return new ConversionResult(null, findings.All);
    }

    /// <summary>Reads the document, lets <paramref name="convert"/> write the file, and gives both up where either is wrong.</summary>
    internal static ConversionResult Run(ReadOnlySpan<byte> source, string name, Findings findings, Action<YamlMap, AlloyFile, YamlProblems> convert)
    {
        (YamlNode? root, string? error) = YamlDocument.Read(source);
        var file = new AlloyFile();
        if (root is not null)
        {
            var problems = new YamlProblems();
            convert(YamlMap.Of(root, name == "Static" ? "config.Config" : "config.plain", problems), file, problems);
            error = problems.Message();
        }
        if (error is not null)
        {
            // What is wrong beyond types is found after loading.
            bool loading = name == "Static" && !error.StartsWith("error in config file", StringComparison.Ordinal);
            error = loading ? "error loading config file convert: " + error : error;
            return new ConversionResult(null, [new ConversionDiagnostic(ConversionSeverity.Critical, $"failed to parse {name} config: {error}")]);
        }
        file.FindDuplicates(findings);
        bool critical = findings.All.Any(static finding => finding.Severity == ConversionSeverity.Critical);
        return new ConversionResult(critical ? null : file.Format(), findings.All);
    }

    private static ConversionResult WithoutArguments(
        ConversionRequest request, Findings findings, string name, Action<YamlMap, AlloyFile, Findings, Func<string, string?>> convert)
    {
        if (request.ExtraArguments.Count > 0)
        {
            findings.Critical(
                $"extra arguments are not supported for the {request.Format} converter: [{string.Join(' ', request.ExtraArguments)}]");
            return new ConversionResult(null, findings.All);
        }
        return Run(request.Source.Span, name, findings, (root, file, _) => convert(root, file, findings, request.Environment));
    }
}
