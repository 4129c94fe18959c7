using Agent.Components.Loki.Process.CustomMetrics;
using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Makes metrics of entries, which are listed with the agent's own at <c>/metrics</c>.</summary>
/// <remarks>Each has the labels of the entry. They begin anew when stages of the component change, as in Alloy.</remarks>
[Stage("metrics")]
public sealed partial class MetricsStage : LogStage, ITimedStage
{
    // Idle series may stay this much longer.
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(1);

    private readonly MetricRule[] _rules;
    private readonly Action _wake;

    private MetricsStage(Arguments arguments, StageContext context)
    {
        // Of metrics with the same name the last one counts.
        _rules =
        [
            .. Last(arguments.Counter).Select(options => new MetricRule(options, context)),
            .. Last(arguments.Gauge).Select(options => new MetricRule(options, context)),
            .. Last(arguments.Histogram).Select(options => new MetricRule(options, context)),
        ];
        _wake = context.Wake;
    }

    public sealed record Arguments : StageArguments
    {
        /// <summary>A metric that only goes up.</summary>
        [Block(Name = "metric.counter")]
        public ValueList<CounterMetric> Counter { get; init; } = [];

        /// <summary>A metric that goes up and down.</summary>
        [Block(Name = "metric.gauge")]
        public ValueList<GaugeMetric> Gauge { get; init; } = [];

        /// <summary>A metric that counts values into buckets.</summary>
        [Block(Name = "metric.histogram")]
        public ValueList<HistogramMetric> Histogram { get; init; } = [];

        public override LogStage Create(StageContext context) => new MetricsStage(this, context);
    }

    public TimeSpan? DueIn()
    {
        TimeSpan? due = _rules.Min(static rule => rule.Family.DueIn());
        return due < Grain ? Grain : due;
    }

    public override bool Keep(LogRecord record)
    {
        bool isFirst = false;
        foreach (MetricRule rule in _rules)
        {
            isFirst |= rule.Record(record);
        }
        if (isFirst)
        {
            _wake();
        }
        return true;
    }

    void ITimedStage.OnTime(PipelineRun run, bool isStopping)
    {
        foreach (MetricRule rule in _rules)
        {
            rule.Family.Prune();
        }
    }

    private static IEnumerable<T> Last<T>(ValueList<T> metrics)
        where T : MetricOptions => metrics.GroupBy(static metric => metric.Name, StringComparer.Ordinal).Select(static group => group.Last());
}
