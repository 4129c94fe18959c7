using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.CustomMetrics;

/// <summary>What the metrics of <c>stage.metrics</c> have in common.</summary>
public abstract record MetricOptions : IValidated
{
    /// <summary>The metric's name, behind the prefix.</summary>
    public required string Name { get; init; }

    /// <summary>Help text of the metric.</summary>
    public string Description { get; init; } = "";

    /// <summary>Name of the extracted value to use; the metric's name where it is empty.</summary>
    public string Source { get; init; } = "";

    /// <summary>Stands in front of the name; <c>loki_process_custom_</c> where it is empty.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>How long a series stays without a change before it is removed.</summary>
    public TimeSpan MaxIdleDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The metric changes only where the source is exactly this text.</summary>
    public string Value { get; init; } = "";

    internal string FullName => MetricNames.Of((Prefix.Length > 0 ? Prefix : "loki_process_custom_") + Name, allowsColons: true);

    public virtual void Validate(ValidationContext context)
    {
        if (MaxIdleDuration < TimeSpan.FromSeconds(1))
        {
            context.Error("max_idle_duration", "max_idle_duration must be at least 1s");
        }
    }
}

/// <summary>A metric that only goes up.</summary>
public sealed record CounterMetric : MetricOptions
{
    /// <summary><c>inc</c> counts entries, <c>add</c> adds the source's value.</summary>
    public required string Action { get; init; }

    /// <summary>Counts all entries, whatever they hold.</summary>
    public bool MatchAll { get; init; }

    /// <summary>Counts the bytes of lines; needs <c>match_all</c> and the action <c>add</c>.</summary>
    public bool CountEntryBytes { get; init; }

    public override void Validate(ValidationContext context)
    {
        base.Validate(context);
        if (Action is not ("inc" or "add"))
        {
            context.Error("action", $"unknown action \"{Action}\"", "write \"inc\" or \"add\"");
        }
        if (MatchAll && Value.Length > 0)
        {
            context.Error("value", "a counter takes either match_all or value, not both");
        }
        if (CountEntryBytes && (!MatchAll || Action != "add"))
        {
            context.Error("count_entry_bytes", "count_entry_bytes needs match_all = true and action = \"add\"");
        }
    }
}

/// <summary>A metric that goes up and down.</summary>
public sealed record GaugeMetric : MetricOptions
{
    /// <summary><c>inc</c> and <c>dec</c> change it by 1; <c>set</c>, <c>add</c> and <c>sub</c> use the source's value.</summary>
    public required string Action { get; init; }

    public override void Validate(ValidationContext context)
    {
        base.Validate(context);
        if (Action is not ("set" or "inc" or "dec" or "add" or "sub"))
        {
            context.Error("action", $"unknown action \"{Action}\"", "write \"set\", \"inc\", \"dec\", \"add\" or \"sub\"");
        }
    }
}

/// <summary>A metric that counts values into buckets.</summary>
public sealed record HistogramMetric : MetricOptions
{
    private static readonly double[] Usual = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    /// <summary>Upper bounds of the buckets, ascending; those that are usual for seconds where the list is empty.</summary>
    public required ValueList<double> Buckets { get; init; }

    internal double[] Bounds => Buckets.Count == 0 ? Usual : [.. Buckets.Where(static bound => bound != double.PositiveInfinity)];

    public override void Validate(ValidationContext context)
    {
        base.Validate(context);
        for (int i = 1; i < Buckets.Count; i++)
        {
            if (!(Buckets[i - 1] < Buckets[i]))
            {
                context.Error("buckets", "the buckets must ascend");
                return;
            }
        }
    }
}
