using System.Text;
using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process.CustomMetrics;

/// <summary>One metric of <c>stage.metrics</c>: which entries it is about, and what they do to it.</summary>
internal sealed class MetricRule
{
    private readonly CustomFamily _family;
    private readonly string _action;
    private readonly int _slot;
    private readonly byte[]? _value;
    private readonly bool _matchesAll;
    private readonly bool _countsBytes;

    public MetricRule(CounterMetric options, StageContext context)
        : this(options, MetricType.Counter, options.Action, context)
    {
        _matchesAll = options.MatchAll;
        _countsBytes = options.CountEntryBytes;
    }

    public MetricRule(GaugeMetric options, StageContext context)
        : this(options, MetricType.Gauge, options.Action, context)
    {
    }

    public MetricRule(HistogramMetric options, StageContext context)
        : this(options, MetricType.Histogram, "observe", context)
    {
    }

    private MetricRule(MetricOptions options, MetricType type, string action, StageContext context)
    {
        double[] buckets = options is HistogramMetric histogram ? histogram.Bounds : [];
        _family = context.Families.Get(new CustomMetric(options.FullName, options.Description, type, buckets), options.MaxIdleDuration);
        _action = action;
        _slot = context.Slot(options.Source.Length > 0 ? options.Source : options.Name);
        _value = options.Value.Length > 0 ? Encoding.UTF8.GetBytes(options.Value) : null;
    }

    public CustomFamily Family => _family;

    /// <summary>Returns true where the metric has got its first series.</summary>
    public bool Record(LogRecord record)
    {
        SlotValue value = _matchesAll ? default : record.Get(_slot);
        if (!_matchesAll && value.Kind == SlotKind.Absent)
        {
            return false;
        }
        if (_value is not null && !(value.HasText && value.Text.Span.SequenceEqual(_value)))
        {
            return false;
        }
        if (!TryGetAmount(record, value, out double amount))
        {
            return false;
        }
        CustomSeries? series = _family.Of(record.Labels, out bool isFirst);
        if (series is not null)
        {
            Apply(series.Instrument, amount);
        }
        return isFirst;
    }

    // A value that is no number changes nothing, as in Alloy, where this is the usual way to leave entries out.
    private bool TryGetAmount(LogRecord record, SlotValue value, out double amount)
    {
        amount = 1;
        if (_action is "inc" or "dec")
        {
            return true;
        }
        if (_countsBytes)
        {
            amount = record.Line.Length;
            return true;
        }
        if (!MetricNumber.TryRead(value, out amount))
        {
            return false;
        }
        if (_action == "add" && amount < 0 && !IsGauge)
        {
            _family.CountError("negative_counter");
            return false;
        }
        return true;
    }

    private bool IsGauge => _family.Type == MetricType.Gauge;

    private void Apply(Instrument instrument, double amount)
    {
        if (instrument is Histogram histogram)
        {
            histogram.Observe(amount);
            return;
        }
        var gauge = (Gauge)instrument;
        if (_action == "set")
        {
            gauge.Set(amount);
        }
        else
        {
            gauge.Add(_action is "dec" or "sub" ? -amount : amount);
        }
    }
}
