using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Which characters names of metrics and labels may have.</summary>
public enum NameValidation
{
    [Name("legacy")] Legacy,
    [Name("utf8")] Utf8,
}

/// <summary>Formats that targets are asked for, and what is taken from them.</summary>
public sealed record ScrapeFormatOptions : IValidated
{
    private static readonly ScrapeProtocol[] TextFirst =
        [ScrapeProtocol.OpenMetrics10, ScrapeProtocol.OpenMetrics001, ScrapeProtocol.PrometheusText10, ScrapeProtocol.PrometheusText004];

    private static readonly ScrapeProtocol[] ProtobufFirst = [ScrapeProtocol.Protobuf, .. TextFirst];

    /// <summary>Formats to ask for, the best first; with native histograms protobuf comes first by default.</summary>
    public ValueList<string> ScrapeProtocols { get; init; } = [.. TextFirst.Select(Wire.Exposition.ScrapeProtocols.Name)];

    /// <summary>Format of answers whose Content-Type is missing or unknown; empty fails such scrapes.</summary>
    public string ScrapeFallbackProtocol { get; init; } = "PrometheusText0.0.4";

    /// <summary>Asks for protobuf first, and scrapes native histograms.</summary>
    [Deprecated("use scrape_protocols and scrape_native_histograms instead")]
    public bool EnableProtobufNegotiation { get; init; }

    /// <summary>Scrapes native histograms, which targets give in protobuf only.</summary>
    public bool ScrapeNativeHistograms { get; init; }

    /// <summary>Scrapes the classic series of a histogram even where it is given as a native one.</summary>
    public bool ScrapeClassicHistograms { get; init; }

    /// <summary>Turns classic histograms into native ones with the same buckets.</summary>
    [Name("convert_classic_histograms_to_nhcb")]
    public bool ConvertClassicHistograms { get; init; }

    /// <summary>Merges buckets of a native histogram until there are no more than these; 0 is no limit.</summary>
    public ulong NativeHistogramBucketLimit { get; init; }

    /// <summary>Merges buckets of native histograms until each is at least this many times as wide as the one before; 0 merges none.</summary>
    public double NativeHistogramMinBucketFactor { get; init; }

    /// <summary>Characters allowed in names: `legacy` (letters, digits, underscores, colons) or `utf8` (all).</summary>
    public NameValidation MetricNameValidationScheme { get; init; }

    /// <summary>How targets shall send other names: `allow-utf-8`, `underscores`, `dots` or `values`.</summary>
    public string MetricNameEscapingScheme { get; init; } = "";

    internal bool WantsNative => ScrapeNativeHistograms || EnableProtobufNegotiation;

    internal string Escaping => MetricNameEscapingScheme.Length > 0 ? MetricNameEscapingScheme
        : MetricNameValidationScheme == NameValidation.Utf8 ? "allow-utf-8" : "underscores";

    internal IReadOnlyList<ScrapeProtocol> Protocols
    {
        get
        {
            List<ScrapeProtocol> named = Parse();
            return WantsNative && named.SequenceEqual(TextFirst) ? ProtobufFirst : named;
        }
    }

    public void Validate(ValidationContext context)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in ScrapeProtocols)
        {
            CheckProtocol(context, "scrape_protocols", name);
            if (!seen.Add(name))
            {
                context.Error("scrape_protocols", $"cannot ask for \"{name}\" twice: the scrape protocols must be unique");
            }
        }
        if (ScrapeFallbackProtocol.Length > 0)
        {
            CheckProtocol(context, "scrape_fallback_protocol", ScrapeFallbackProtocol);
        }
        if (EnableProtobufNegotiation && !Parse().SequenceEqual(TextFirst))
        {
            context.Error(
                "enable_protobuf_negotiation", "cannot use both: only one of enable_protobuf_negotiation and scrape_protocols may be set");
        }
        else if (WantsNative && !Protocols.Contains(ScrapeProtocol.Protobuf))
        {
            context.Error("scrape_protocols", "cannot scrape native histograms: PrometheusProto is not in scrape_protocols");
        }
        CheckEscaping(context);
    }

    private void CheckEscaping(ValidationContext context)
    {
        const string Name = "metric_name_escaping_scheme";
        if (MetricNameEscapingScheme is not ("" or "allow-utf-8" or "underscores" or "dots" or "values"))
        {
            context.Error(
                Name, $"cannot escape names by \"{MetricNameEscapingScheme}\": no such scheme", "use allow-utf-8, underscores, dots or values");
        }
        if (MetricNameEscapingScheme == "allow-utf-8" && MetricNameValidationScheme != NameValidation.Utf8)
        {
            context.Error(Name, "cannot allow UTF-8 in names: metric_name_validation_scheme is not \"utf8\"");
        }
    }

    private static void CheckProtocol(ValidationContext context, string argument, string name)
    {
        if (!Wire.Exposition.ScrapeProtocols.TryParse(name, out _))
        {
            context.Error(
                argument, $"cannot ask for \"{name}\": no such scrape protocol",
                "use " + string.Join(", ", Enum.GetValues<ScrapeProtocol>().Select(Wire.Exposition.ScrapeProtocols.Name)));
        }
    }

    private List<ScrapeProtocol> Parse()
    {
        var protocols = new List<ScrapeProtocol>(ScrapeProtocols.Count);
        foreach (string name in ScrapeProtocols)
        {
            if (Wire.Exposition.ScrapeProtocols.TryParse(name, out ScrapeProtocol protocol))
            {
                protocols.Add(protocol);
            }
        }
        return protocols;
    }
}
