using Agent.Sdk.Scraping;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Targets as they are told to others, without secrets.</summary>
internal static class TargetStates
{
    public static ActiveTarget Of(TargetScrape scrape)
    {
        ScrapeTarget target = scrape.Target;
        ScrapeStatus? last = scrape.Last;
        return new ActiveTarget
        {
            Discovered = TargetSecrets.Hide(target.Discovered),
            Labels = TargetSecrets.Hide(target.Labels),
            Url = TargetSecrets.Hide(target.Url),
            Interval = target.IntervalText,
            Timeout = target.TimeoutText,
            Last = last is null
                ? null
                : new TargetScrapeResult(last.At, last.Duration, TargetSecrets.Hide(last.Error ?? ""))
                {
                    Scraped = last.Samples.Scraped,
                    Kept = last.Samples.Kept,
                },
        };
    }

    public static TargetCounts Count(IReadOnlyList<TargetScrape> targets)
    {
        int up = 0;
        int down = 0;
        foreach (TargetScrape target in targets)
        {
            up += target.Last is { IsUp: true } ? 1 : 0;
            down += target.Last is { IsUp: false } ? 1 : 0;
        }
        return new TargetCounts(up, down, targets.Count - up - down);
    }

    public static TargetMetadata Metadata(TargetScrape scrape, string? family) =>
        new(TargetSecrets.Hide(scrape.Target.Labels), scrape.Metadata(family));
}
