namespace Agent.Components.Prometheus.Scrape;

/// <summary>How the last scrape of a target went.</summary>
/// <param name="At">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Samples">What it brought.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
internal sealed record ScrapeStatus(DateTimeOffset At, TimeSpan Duration, IntakeResult Samples, string? Error)
{
    public bool IsUp => Error is null;
}
