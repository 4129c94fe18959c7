using System.Diagnostics.CodeAnalysis;
using Agent.Sdk;
using Agent.Telemetry;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>A target as it is scraped. Two with equal labels and URL are one.</summary>
internal sealed class ScrapeTarget : IEquatable<ScrapeTarget>
{
    private const string AddressLabel = "__address__";
    private const string Scheme = "__scheme__";
    private const string MetricsPath = "__metrics_path__";
    private const string ScrapeInterval = "__scrape_interval__";
    private const string ScrapeTimeout = "__scrape_timeout__";
    private const string Parameter = "__param_";

    private const int StepsPerInterval = 20;
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(500);

    private ScrapeTarget(LabelSet discovered, LabelSet labels, string url) => (Discovered, Labels, Url) = (discovered, labels, url);

    /// <summary>Labels as they came, with those of the configuration that they lacked.</summary>
    public LabelSet Discovered { get; }

    /// <summary>Labels that each sample gets.</summary>
    public LabelSet Labels { get; }

    public string Url { get; }

    /// <summary>Host and port, as given.</summary>
    public string Address => Discovered[AddressLabel];

    public required TimeSpan Interval { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>The interval as the labels tell it.</summary>
    public string IntervalText => Discovered[ScrapeInterval];

    /// <summary>The timeout as the labels tell it.</summary>
    public string TimeoutText => Discovered[ScrapeTimeout];

    /// <param name="given">Labels as they came.</param>
    /// <param name="arguments">What the labels do not say.</param>
    /// <param name="job">Value of the <c>job</c> label where the target has none.</param>
    /// <param name="target">What to scrape.</param>
    /// <param name="error">Why the target cannot be scraped, in Prometheus's words.</param>
    public static bool TryCreate(
        LabelSet given, PrometheusScrape.Arguments arguments, string job, [NotNullWhen(true)] out ScrapeTarget? target, [NotNullWhen(false)] out string? error)
    {
        target = null;
        LabelSet all = Populate(given, arguments, job);
        string address = all[AddressLabel];
        error = address.Length == 0 ? "no address"
            : address.Contains('/', StringComparison.Ordinal) ? $"\"{address}\" is not a valid hostname" : null;
        if (error is not null
            || !TryDuration("interval", all[ScrapeInterval], arguments.ScrapeInterval, out TimeSpan interval, out error)
            || !TryDuration("timeout", all[ScrapeTimeout], arguments.ScrapeTimeout, out TimeSpan timeout, out error))
        {
            return false;
        }
        if (timeout > interval)
        {
            error = $"scrape timeout cannot be greater than scrape interval (\"{all[ScrapeTimeout]}\" > \"{all[ScrapeInterval]}\")";
            return false;
        }
        string url = TargetUrl.Build(all[Scheme], address, all[MetricsPath], Parameters(all, arguments));
        target = new ScrapeTarget(all, Public(all, address), url) { Interval = interval, Timeout = timeout };
        return true;
    }

    /// <summary>Labels as they came, with those of the configuration that they lack.</summary>
    public static LabelSet Populate(LabelSet given, PrometheusScrape.Arguments arguments, string job)
    {
        var labels = new LabelSetBuilder(given);
        SetDefault(labels, "job", job);
        SetDefault(labels, ScrapeInterval, PrometheusDuration.Format(arguments.ScrapeInterval));
        SetDefault(labels, ScrapeTimeout, PrometheusDuration.Format(arguments.ScrapeTimeout));
        SetDefault(labels, MetricsPath, arguments.MetricsPath);
        SetDefault(labels, Scheme, arguments.Scheme);
        foreach ((string name, ValueList<string> values) in arguments.Params)
        {
            if (values.Count > 0)
            {
                SetDefault(labels, Parameter + name, values[0]);
            }
        }
        return labels.ToLabelSet();
    }

    /// <summary>When within its interval the target is scraped: spread over targets, the same after each restart, another one on each node.</summary>
    /// <remarks>
    /// In steps of a twentieth of the interval, at most half a second: scrapes that begin together share the wake-ups of timer, network
    /// and threads, which cost as much as the work itself.
    /// </remarks>
    public TimeSpan Offset()
    {
        long step = Math.Max(1, Math.Min(LongestStep.Ticks, Interval.Ticks / StepsPerInterval));
        const ulong Start = 14695981039346656037;
        ulong hash = Mix(Mix(Start, Environment.MachineName), Url);
        foreach (Label label in Labels)
        {
            hash = Mix(Mix(hash, label.Name), label.Value);
        }
        // The lower bits of FNV hardly differ between texts that differ at the end only.
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        hash ^= hash >> 33;
        long offset = (long)(hash % (ulong)Interval.Ticks);
        return new TimeSpan(offset - (offset % step));
    }

    public bool Equals(ScrapeTarget? other) => other is not null && other.Url == Url && other.Labels.Equals(Labels);

    public override bool Equals(object? obj) => Equals(obj as ScrapeTarget);

    public override int GetHashCode() => HashCode.Combine(Labels, string.GetHashCode(Url, StringComparison.Ordinal));

    private static void SetDefault(LabelSetBuilder labels, string name, string value)
    {
        if (labels.Get(name).Length == 0)
        {
            labels.Set(name, value);
        }
    }

    private static LabelSet Public(LabelSet all, string address)
    {
        var labels = new LabelSetBuilder(all);
        labels.RemoveAll(static label => label.Name.StartsWith("__", StringComparison.Ordinal));
        SetDefault(labels, "instance", address);
        return labels.ToLabelSet();
    }

    // A label takes the place of the first value only.
    private static SortedDictionary<string, string[]> Parameters(LabelSet all, PrometheusScrape.Arguments arguments)
    {
        var parameters = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach ((string name, ValueList<string> values) in arguments.Params)
        {
            parameters[name] = [.. values];
        }
        foreach (Label label in all)
        {
            if (!label.Name.StartsWith(Parameter, StringComparison.Ordinal))
            {
                continue;
            }
            string name = label.Name[Parameter.Length..];
            parameters[name] = parameters.TryGetValue(name, out string[]? known) && known.Length > 0 ? [label.Value, .. known[1..]] : [label.Value];
        }
        return parameters;
    }

    private static bool TryDuration(string what, string text, TimeSpan given, out TimeSpan value, [NotNullWhen(false)] out string? error)
    {
        value = given;
        error = null;
        // Durations of the configuration may be finer than the milliseconds that a label can tell.
        if (text != PrometheusDuration.Format(given) && !GoDuration.TryParsePrometheus(text, out value, out error))
        {
            error = $"error parsing scrape {what}: {error}";
            return false;
        }
        error = value == TimeSpan.Zero ? $"scrape {what} cannot be 0" : null;
        return error is null;
    }

    // FNV-1a over UTF-16 units and a separator.
    private static ulong Mix(ulong hash, string text)
    {
        const ulong Prime = 1099511628211;
        foreach (char unit in text)
        {
            hash = unchecked((hash ^ unit) * Prime);
        }
        return unchecked((hash ^ 0xFFFF) * Prime);
    }
}
