using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Lets entries through at a limited rate: what comes faster waits, or is dropped.</summary>
[Stage("limit")]
public sealed partial class LimitStage : LogStage
{
    // Below this many values, memory is no reason to forget one.
    private const int FewestDistinctLabels = 10_000;

    private readonly TokenBucket _bucket;
    private readonly bool _drops;
    private readonly DropCounter _dropped;
    private readonly string _label;
    private readonly LabelLimits? _byLabel;

    private LimitStage(Arguments arguments, StageContext context)
    {
        _bucket = new TokenBucket(arguments.Rate, arguments.Burst, context.Time);
        _drops = arguments.Drop;
        _dropped = new DropCounter(context.Metrics, "ratelimit_drop_stage");
        _label = arguments.ByLabelName;
        if (_label.Length > 0)
        {
            int most = Math.Max(arguments.MaxDistinctLabels, FewestDistinctLabels);
            _byLabel = new LabelLimits(_label, most, () => new TokenBucket(arguments.Rate, arguments.Burst, context.Time), context.Metrics);
        }
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Entries a second.</summary>
        public required double Rate { get; init; }

        /// <summary>Most entries at once.</summary>
        public required int Burst { get; init; }

        /// <summary>Drops entries above the rate; otherwise they wait, and so does their source.</summary>
        public bool Drop { get; init; }

        /// <summary>Limits each value of this label on its own; entries without the label are not limited.</summary>
        public string ByLabelName { get; init; } = "";

        /// <summary>Values of the label to keep apart, at least 10000; beyond, the oldest ones start anew.</summary>
        public int MaxDistinctLabels { get; init; } = FewestDistinctLabels;

        public override LogStage Create(StageContext context) => new LimitStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (!(Rate > 0))
            {
                context.Error("rate", "the rate must be greater than 0");
            }
            if (Burst <= 0)
            {
                context.Error("burst", "the burst must be greater than 0");
            }
            if (ByLabelName.Length == 0)
            {
                return;
            }
            if (!Drop)
            {
                context.Error("by_label_name", "limiting by label needs drop = true");
            }
            if (MaxDistinctLabels < FewestDistinctLabels)
            {
                context.Warn("max_distinct_labels", $"max_distinct_labels is raised to {FewestDistinctLabels}");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (!_drops)
        {
            record.Run.Delay(_bucket.Reserve());
            return true;
        }
        if (_byLabel is null ? _bucket.TryTake() : IsWithinItsLimit(record, _byLabel))
        {
            return true;
        }
        _dropped.Increment();
        return false;
    }

    private bool IsWithinItsLimit(LogRecord record, LabelLimits limits)
    {
        string value = record.Labels[_label];
        return value.Length == 0 || limits.TryTake(value);
    }
}
