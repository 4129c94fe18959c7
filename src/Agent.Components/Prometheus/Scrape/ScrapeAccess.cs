using Agent.Components.Common.Kubernetes;
using Agent.Sdk.Access;
using Agent.Sdk.Decoding;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>The rights that a scrape needs which shows the token of the agent's service account to its targets.</summary>
/// <remarks>
/// A kubelet asks the API server whether the token may get a subresource of its node: <c>nodes/metrics</c> for all paths below
/// <c>/metrics</c>. The API server asks whether the token may get the path. Which of them the targets are follows from where they come from:
/// a discovered node's own address is its kubelet.
/// </remarks>
internal static class ScrapeAccess
{
    private const string KubeletPort = ":10250";
    private const string ProxyNote = "It also lets its holder run commands in every container of the node; scraping the kubelet itself needs nodes/metrics alone.";

    public static IEnumerable<AccessRule> Of(AccessQuery query)
    {
        if (!PodIdentity.ShowsToken(query.Block))
        {
            return [];
        }
        AccessQuery[] chain = [.. query.Chain("targets")];
        return PathsOf(query.Block, chain).Select(path => RuleFor(path, AreKubelets(chain))).Distinct();
    }

    /// <summary>The paths that rules set; the component's own where none does, and what metrics usually are where that is not known.</summary>
    private static string[] PathsOf(BlockValue scrape, AccessQuery[] chain)
    {
        string[] set = [.. RulesFor(chain, "__metrics_path__").Select(static rule => AccessQuery.Text(rule, "replacement")).OfType<string>().Where(static path => path.StartsWith('/'))];
        if (set.Length > 0)
        {
            return set;
        }
        return AccessQuery.Text(scrape, "metrics_path", "/metrics") is { } own ? [own] : ["/metrics", "/metrics/*"];
    }

    private static bool AreKubelets(AccessQuery[] chain)
    {
        string?[] addresses = [.. RulesFor(chain, "__address__").Select(static rule => AccessQuery.Text(rule, "replacement", "$1"))];
        return addresses.Length > 0
            ? addresses.All(static address => address is not null && address.EndsWith(KubeletPort, StringComparison.Ordinal))
            : chain.Any(static source => source.Block.Name == "discovery.kubernetes" && AccessQuery.Text(source.Block, "role") == "node");
    }

    private static IEnumerable<BlockValue> RulesFor(AccessQuery[] chain, string label) =>
        chain.SelectMany(static source => AccessQuery.Blocks(source.Block, "rule")).Where(rule => AccessQuery.Text(rule, "target_label") == label);

    private static AccessRule RuleFor(string path, bool isKubelet)
    {
        if (path.Contains("/proxy/", StringComparison.Ordinal))
        {
            return new AccessRule("", "nodes/proxy", AccessVerbs.Get) { Note = ProxyNote };
        }
        if (!isKubelet)
        {
            return AccessRule.ToPath(path);
        }
        return path.Split('/')[1] switch
        {
            "metrics" => new AccessRule("", "nodes/metrics", AccessVerbs.Get),
            "stats" => new AccessRule("", "nodes/stats", AccessVerbs.Get),
            "spec" => new AccessRule("", "nodes/spec", AccessVerbs.Get),
            _ => new AccessRule("", "nodes/proxy", AccessVerbs.Get) { Note = ProxyNote },
        };
    }
}
