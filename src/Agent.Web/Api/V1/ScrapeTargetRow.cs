using Agent.Sdk.Scraping;
using Agent.Telemetry;

namespace Agent.Web.Api.V1;

/// <summary>One target of the list: scraped by a component, or dropped by one.</summary>
internal sealed record ScrapeTargetRow(string Component, ActiveTarget? Active, LabelSet Discovered)
{
    private static readonly string[] ByHealth = ["down", "unknown", "dropped", "up"];

    public string Health => Active switch
    {
        null => "dropped",
        { Last: null } => "unknown",
        { Last.Error.Length: 0 } => "up",
        _ => "down",
    };

    public LabelSet Labels => Active?.Labels ?? LabelSet.Empty;

    public string Job => Active is null ? Discovered["job"] : Active.Labels["job"];

    public string Error => Active?.Last?.Error ?? "";

    public bool Fits(ScrapeTargetsQuery query) =>
        (query.Component.Length == 0 || Component == query.Component)
        && (query.Job.Length == 0 || Job == query.Job)
        && (query.Health.Length == 0 || Health == query.Health)
        && (query.Text.Length == 0 || Holds(query.Text));

    /// <summary>By what the query names; by health where it names nothing, with what is wrong first.</summary>
    public IComparable Key(string sort) => sort.TrimStart('-') switch
    {
        "duration" => Active?.Last?.Duration ?? TimeSpan.Zero,
        "samples" => Active?.Last?.Scraped ?? -1,
        "last" => Active?.Last?.At ?? DateTimeOffset.MinValue,
        "url" => Active?.Url ?? Discovered["__address__"],
        _ => Array.IndexOf(ByHealth, Health),
    };

    private bool Holds(string text) =>
        (Active?.Url.Contains(text, StringComparison.OrdinalIgnoreCase) ?? false)
        || Error.Contains(text, StringComparison.OrdinalIgnoreCase)
        || Holds(Labels, text)
        || Holds(Discovered, text);

    private static bool Holds(LabelSet labels, string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        foreach (Label label in labels.Span)
        {
            if (label.Value.Contains(text, StringComparison.OrdinalIgnoreCase)
                || (equals > 0 && label.Name.AsSpan().SequenceEqual(text.AsSpan(0, equals)) && label.Value.AsSpan().Contains(text.AsSpan(equals + 1), StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }
        return false;
    }
}
