using System.Globalization;
using System.Text.Json;
using Agent.Sdk.Scraping;
using Agent.Telemetry;
using Agent.Web.Api.V1;

namespace Agent.Web.Prometheus;

/// <summary>The answer of <c>/api/v1/targets</c>.</summary>
/// <remarks>Fields and their order are Prometheus's. Without dropped targets their counts are null, with them they are those of all pools.</remarks>
internal sealed class TargetsAnswer
{
    // RFC 3339; Go leaves out zeros at the end of the fraction too.
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    private readonly string _pool;
    private readonly bool _withActive;
    private readonly bool _withDropped;

    /// <param name="state"><c>active</c>, <c>dropped</c>, or <c>any</c>, which nothing stands for too. Anything else matches no target.</param>
    /// <param name="pool">The one pool to tell of; empty for all.</param>
    public TargetsAnswer(string state, string pool)
    {
        _pool = pool;
        bool any = state.Length == 0 || state.Equals("any", StringComparison.OrdinalIgnoreCase);
        _withActive = any || state.Equals("active", StringComparison.OrdinalIgnoreCase);
        _withDropped = any || state.Equals("dropped", StringComparison.OrdinalIgnoreCase);
    }

    /// <param name="stream">Takes the answer.</param>
    /// <param name="pools">The components that scrape, by id.</param>
    /// <param name="droppedBefore">Targets that the rules of <c>discovery.relabel</c> dropped on their way to one of them: with Prometheus those rules are the pool's own.</param>
    /// <param name="stop">Gives up.</param>
    public async ValueTask WriteAsync(JsonStream stream, SortedList<string, IScrapePool> pools, Func<string, IEnumerable<LabelSet>> droppedBefore, CancellationToken stop)
    {
        Utf8JsonWriter json = stream.Json;
        json.WriteStartObject();
        json.WriteStartArray("activeTargets"u8);
        foreach ((string id, IScrapePool pool) in Chosen(pools, _withActive))
        {
            foreach (ActiveTarget target in pool.ActiveTargets())
            {
                Write(json, id, target);
                await stream.FlushIfFullAsync(stop).ConfigureAwait(false);
            }
        }
        json.WriteEndArray();
        json.WriteStartArray("droppedTargets"u8);
        foreach ((string id, IScrapePool pool) in Chosen(pools, _withDropped))
        {
            foreach (LabelSet discovered in pool.DroppedTargets())
            {
                json.WriteStartObject();
                WriteLabels(json, "discoveredLabels", discovered);
                json.WriteString("scrapePool"u8, id);
                json.WriteEndObject();
                await stream.FlushIfFullAsync(stop).ConfigureAwait(false);
            }
            foreach (LabelSet discovered in droppedBefore(id))
            {
                json.WriteStartObject();
                ScrapeTargetsAnswer.WriteLabels(json, "discoveredLabels", discovered);
                json.WriteString("scrapePool"u8, id);
                json.WriteEndObject();
                await stream.FlushIfFullAsync(stop).ConfigureAwait(false);
            }
        }
        json.WriteEndArray();
        WriteCounts(json, pools, droppedBefore);
        json.WriteEndObject();
    }

    public static void WriteLabels(Utf8JsonWriter json, string key, LabelSet labels)
    {
        json.WriteStartObject(key);
        foreach (Label label in labels)
        {
            json.WriteString(label.Name, label.Value);
        }
        json.WriteEndObject();
    }

    private IEnumerable<KeyValuePair<string, IScrapePool>> Chosen(SortedList<string, IScrapePool> pools, bool any) =>
        any ? pools.Where(pool => _pool.Length == 0 || pool.Key == _pool) : [];

    private static void Write(Utf8JsonWriter json, string pool, ActiveTarget target)
    {
        TargetScrapeResult? last = target.Last;
        json.WriteStartObject();
        WriteLabels(json, "discoveredLabels", target.Discovered);
        WriteLabels(json, "labels", target.Labels);
        json.WriteString("scrapePool"u8, pool);
        json.WriteString("scrapeUrl"u8, target.Url);
        json.WriteString("globalUrl"u8, GlobalUrl.Of(target.Url));
        json.WriteString("lastError"u8, last?.Error ?? "");
        json.WriteString("lastScrape"u8, (last?.At ?? default).UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteNumber("lastScrapeDuration"u8, (last?.Duration ?? default).TotalSeconds);
        json.WriteString("health"u8, last is null ? "unknown"u8 : last.Error.Length == 0 ? "up"u8 : "down"u8);
        json.WriteString("scrapeInterval"u8, target.Interval);
        json.WriteString("scrapeTimeout"u8, target.Timeout);
        json.WriteEndObject();
    }

    private void WriteCounts(Utf8JsonWriter json, SortedList<string, IScrapePool> pools, Func<string, IEnumerable<LabelSet>> droppedBefore)
    {
        if (!_withDropped)
        {
            json.WriteNull("droppedTargetCounts"u8);
            return;
        }
        json.WriteStartObject("droppedTargetCounts"u8);
        foreach ((string id, IScrapePool pool) in pools)
        {
            json.WriteNumber(id, pool.DroppedCount + droppedBefore(id).Count());
        }
        json.WriteEndObject();
    }
}
