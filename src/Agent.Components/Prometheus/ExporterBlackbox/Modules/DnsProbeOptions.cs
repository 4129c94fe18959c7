using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>A question to a name server, and which answers are good.</summary>
internal sealed record DnsProbeOptions
{
    public AddressOptions Address { get; init; } = AddressOptions.Default;

    public string SourceAddress { get; init; } = "";

    /// <summary>udp or tcp; another word fails the probe.</summary>
    public string Transport { get; init; } = "udp";

    public bool OverTls { get; init; }

    public ProbeTlsOptions TlsConfig { get; init; } = new();

    public string QueryName { get; init; } = "";

    public ushort QueryType { get; init; } = 255;

    public ushort QueryClass { get; init; } = 1;

    public bool Recursion { get; init; } = true;

    /// <summary>Names of response codes that are good; NOERROR alone where null.</summary>
    public IReadOnlyList<string>? ValidRcodes { get; init; }

    public RecordRules Answer { get; init; } = new();

    public RecordRules Authority { get; init; } = new();

    public RecordRules Additional { get; init; } = new();
}

/// <summary>Rules for the records of one section of an answer.</summary>
internal sealed record RecordRules
{
    public IReadOnlyList<RecordRule> FailIfMatches { get; init; } = [];

    public IReadOnlyList<RecordRule> FailIfAllMatch { get; init; } = [];

    public IReadOnlyList<RecordRule> FailIfNotMatches { get; init; } = [];

    public IReadOnlyList<RecordRule> FailIfNoneMatches { get; init; } = [];
}

/// <summary>A regular expression over records as text. A wrong one fails the probe, not the configuration, as it does upstream.</summary>
internal sealed class RecordRule
{
    public RecordRule(string text)
    {
        Text = text;
        Pattern.TryParse(text, PatternOptions.None, out Pattern? pattern, out string? error);
        (Regexp, Error) = (pattern, error);
    }

    public string Text { get; }

    public Pattern? Regexp { get; }

    public string? Error { get; }
}
