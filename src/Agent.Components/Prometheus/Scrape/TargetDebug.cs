using System.Globalization;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>A target as the UI and the API show it: Alloy's fields, and those of Prometheus's <c>/api/v1/targets</c>.</summary>
internal static class TargetDebug
{
    public static Value Of(TargetScrape scrape, string job)
    {
        ScrapeTarget target = scrape.Target;
        ScrapeStatus? last = scrape.Last;
        return new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["job"] = Value.Of(job),
            ["url"] = Value.Of(TargetSecrets.Hide(target.Url)),
            ["health"] = Value.Of(last is null ? "unknown" : last.IsUp ? "up" : "down"),
            ["labels"] = Map(TargetSecrets.Hide(target.Labels)),
            ["discovered_labels"] = Map(TargetSecrets.Hide(target.Discovered)),
            ["last_error"] = Value.Of(TargetSecrets.Hide(last?.Error ?? "")),
            ["last_scrape"] = Value.Of((last?.At ?? default).UtcDateTime.ToString("o", CultureInfo.InvariantCulture)),
            ["last_scrape_duration"] = Value.Of(GoDuration.Format(last?.Duration ?? TimeSpan.Zero)),
            ["scrape_interval"] = Value.Of(PrometheusDuration.Format(target.Interval)),
            ["scrape_timeout"] = Value.Of(PrometheusDuration.Format(target.Timeout)),
            ["samples_scraped"] = Value.Of((long)(last?.Samples.Scraped ?? 0)),
            ["samples_kept"] = Value.Of((long)(last?.Samples.Kept ?? 0)),
            ["series_added"] = Value.Of((long)(last?.Samples.Added ?? 0)),
        });
    }

    private static MapValue Map(LabelSet labels)
    {
        var fields = new Dictionary<string, Value>(labels.Count, StringComparer.Ordinal);
        foreach (Label label in labels)
        {
            fields.Add(label.Name, Value.Of(label.Value));
        }
        return new MapValue(fields);
    }
}
