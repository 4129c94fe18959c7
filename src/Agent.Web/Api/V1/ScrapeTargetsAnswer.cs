using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Patterns;
using Agent.Sdk.Scraping;
using Agent.Telemetry;
using Agent.Web.Support;

namespace Agent.Web.Api.V1;

/// <summary>One page of the targets of all components: those that are scraped, and those that were dropped on the way.</summary>
internal sealed class ScrapeTargetsAnswer(WholeGraph view, ScrapeTargetsQuery query)
{
    private const int MostJobs = 500;
    private const string ParameterPrefix = "__param_";

    /// <summary>A longer one is none to choose from a list.</summary>
    private const int LongestJob = 300;

    private static readonly Pattern SecretParameter = Pattern.Parse("(?i)token|passw|pwd|secret|api_?key|signature|credential");

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal) { ["up"] = 0, ["down"] = 0, ["unknown"] = 0, ["dropped"] = 0 };
    private readonly SortedSet<string> _jobs = new(StringComparer.Ordinal);

    public void Write(Utf8JsonWriter json)
    {
        List<ScrapeTargetRow> fitting = [];
        foreach (ScrapeTargetRow row in Rows())
        {
            _counts[row.Health]++;
            if (_jobs.Count < MostJobs && row.Job.Length is > 0 and <= LongestJob)
            {
                _jobs.Add(row.Job);
            }
            if (row.Fits(query))
            {
                fitting.Add(row);
            }
        }
        json.WriteStartObject();
        json.WriteNumber("total"u8, fitting.Count);
        json.WriteNumber("page"u8, query.Page);
        json.WriteNumber("size"u8, query.Size);
        json.WriteStartObject("counts"u8);
        foreach ((string health, int count) in _counts)
        {
            json.WriteNumber(health, count);
        }
        json.WriteEndObject();
        NodeFacts.WriteStrings(json, "jobs", _jobs);
        NodeFacts.WriteStrings(json, "components", view.Components.Where(static node => node.ScrapePool is not null).Select(static node => node.Id));
        json.WriteStartArray("targets"u8);
        foreach (ScrapeTargetRow row in Sorted(fitting).Skip((query.Page - 1) * query.Size).Take(query.Size))
        {
            Write(json, row);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string ShownValue(Label label)
    {
        if (label.Name.StartsWith(ParameterPrefix, StringComparison.Ordinal) && SecretParameter.IsMatch(label.Name))
        {
            return Secret.Redacted;
        }
        return label.Value.Contains('@', StringComparison.Ordinal) ? UrlPasswords.Redact(label.Value) : label.Value;
    }

    private IEnumerable<ScrapeTargetRow> Sorted(List<ScrapeTargetRow> rows) => query.Sort.StartsWith('-')
        ? rows.OrderByDescending(row => row.Key(query.Sort))
        : rows.OrderBy(row => row.Key(query.Sort));

    private IEnumerable<ScrapeTargetRow> Rows()
    {
        foreach (ComponentNode node in view.Components)
        {
            if (node.ScrapePool is { } pool)
            {
                foreach (ActiveTarget target in pool.ActiveTargets())
                {
                    yield return new ScrapeTargetRow(node.Id, target, target.Discovered);
                }
                foreach (LabelSet discovered in pool.DroppedTargets())
                {
                    yield return new ScrapeTargetRow(node.Id, null, discovered);
                }
            }
            foreach (LabelSet discovered in node.RelabelTrace?.DroppedTargets() ?? [])
            {
                yield return new ScrapeTargetRow(node.Id, null, discovered);
            }
        }
    }

    private void Write(Utf8JsonWriter json, ScrapeTargetRow row)
    {
        json.WriteStartObject();
        json.WriteString("component"u8, row.Component);
        json.WriteString("health"u8, row.Health);
        json.WriteString("job"u8, PlainJson.Cut(row.Job));
        WriteLabels(json, "discovered", row.Discovered);
        if (row.Active is { } active)
        {
            WriteLabels(json, "labels", active.Labels);
            json.WriteString("url"u8, active.Url);
            json.WriteString("interval"u8, active.Interval);
            json.WriteString("timeout"u8, active.Timeout);
            if (active.Last is { } last)
            {
                json.WriteString("error"u8, PlainJson.Cut(last.Error));
                json.WriteString("lastScrape"u8, last.At);
                json.WriteNumber("seconds"u8, last.Duration.TotalSeconds);
                json.WriteNumber("scraped"u8, last.Scraped);
                json.WriteNumber("kept"u8, last.Kept);
            }
        }
        else
        {
            json.WriteString("reason"u8, ReasonOf(row));
        }
        json.WriteEndObject();
    }

    private string ReasonOf(ScrapeTargetRow row)
    {
        if (view.Find(row.Component)?.RelabelTrace is not { } rules)
        {
            return "it has no address, is given twice, or cannot be scraped as it says";
        }
        IReadOnlyList<LabelSet?> after = rules.Trace(row.Discovered);
        return after.Count > 0 && after[^1] is null ? $"dropped by rule {after.Count} of {row.Component}" : $"dropped by {row.Component}";
    }

    /// <summary>Labels as they may be shown: passwords in addresses are taken out, and parameters whose name says that they are secret.</summary>
    public static void WriteLabels(Utf8JsonWriter json, string key, LabelSet labels)
    {
        json.WriteStartObject(key);
        foreach (Label label in labels)
        {
            json.WriteString(PlainJson.Cut(label.Name), PlainJson.Cut(ShownValue(label)));
        }
        json.WriteEndObject();
    }
}
