using Microsoft.AspNetCore.WebUtilities;

namespace Agent.Sdk.Http;

/// <summary>A request to a component. Bodies are not handed on.</summary>
public sealed record LocalRequest
{
    public string Method { get; init; } = "GET";

    /// <summary>Decoded, with its leading slash; a component sees what stands behind its id, such as <c>/metrics</c>.</summary>
    public required string Path { get; init; }

    /// <summary>As it was sent: empty, or with its leading question mark.</summary>
    public string QueryString { get; init; } = "";

    /// <summary>The Accept header, empty where there is none.</summary>
    public string Accept { get; init; } = "";

    /// <summary>How long a scraper waits for the answer, where it says so (X-Prometheus-Scrape-Timeout-Seconds).</summary>
    public TimeSpan? ScrapeTimeout { get; init; }

    /// <summary>The first value of a query parameter, decoded; null where there is none of that name.</summary>
    public string? Query(string name)
    {
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(QueryString))
        {
            if (pair.DecodeName().Span.SequenceEqual(name))
            {
                return pair.DecodeValue().ToString();
            }
        }
        return null;
    }
}
