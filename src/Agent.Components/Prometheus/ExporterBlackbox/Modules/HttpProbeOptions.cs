using Agent.Components.Common.Http;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>How to ask over HTTP, and which answers are good.</summary>
internal sealed record HttpProbeOptions
{
    public string Method { get; init; } = "GET";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public string Body { get; init; } = "";

    public string BodyFile { get; init; } = "";

    /// <summary>Status codes that are good; all of 2xx where empty.</summary>
    public IReadOnlyList<int> ValidStatusCodes { get; init; } = [];

    public IReadOnlyList<string> ValidHttpVersions { get; init; } = [];

    public bool FailIfSsl { get; init; }

    public bool FailIfNotSsl { get; init; }

    public IReadOnlyList<Pattern> FailIfBodyMatches { get; init; } = [];

    public IReadOnlyList<Pattern> FailIfBodyNotMatches { get; init; } = [];

    public IReadOnlyList<HeaderMatch> FailIfHeaderMatches { get; init; } = [];

    public IReadOnlyList<HeaderMatch> FailIfHeaderNotMatches { get; init; } = [];

    /// <summary>How the body is taken to be compressed; as it is where empty.</summary>
    public string Compression { get; init; } = "";

    /// <summary>Most bytes of a body once uncompressed; 0 sets no limit.</summary>
    public long BodySizeLimit { get; init; }

    public AddressOptions Address { get; init; } = AddressOptions.Default;

    /// <summary>Leaves looking the host up to the proxy, where there is one.</summary>
    public bool SkipResolveWithProxy { get; init; }

    public ProbeClientOptions Client { get; init; } = new();
}

/// <summary>What the options of any HTTP client say, and what only probes can be told.</summary>
internal sealed record ProbeClientOptions
{
    public HttpClientOptions Http { get; init; } = new();

    public ProbeTlsOptions Tls { get; init; } = new();

    /// <summary>Headers for the proxy are given, which nobody sends.</summary>
    public bool HasProxyHeaders { get; init; }

    /// <summary>File of the user name of basic authentication.</summary>
    public string UsernameFile { get; init; } = "";

    /// <summary>Headers whose values stand in files.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> HeaderFiles { get; init; } = [];
}

/// <summary>A rule for one header of the answer.</summary>
internal sealed record HeaderMatch(string Header, Pattern Regexp, bool AllowMissing);
