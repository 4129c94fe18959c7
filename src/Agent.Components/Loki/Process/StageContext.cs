using Agent.Components.Loki.Process.CustomMetrics;
using Agent.Components.Loki.Process.GeoIp;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Process;

/// <summary>What a stage may ask for while it is made. Stages inside <c>stage.match</c> get the same one.</summary>
public sealed class StageContext(MetricScope metrics, ILogger logger, TimeProvider time)
{
    private readonly List<LabelChange> _changes = [];

    public MetricScope Metrics { get; } = metrics;

    public ILogger Logger { get; } = logger;

    public TimeProvider Time { get; } = time;

    /// <summary>What a timed stage calls when it begins to have something to do.</summary>
    internal Action Wake { get; init; } = static () => { };

    /// <summary>Metrics that stages define.</summary>
    internal CustomFamilies Families { get; } = new(metrics, time);

    /// <summary>Databases by path: stages that name the same file share what was read.</summary>
    internal Dictionary<string, MmdbFile> Databases { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of extracted values, one table for the whole pipeline.</summary>
    public SlotTable Slots { get; } = new();

    /// <summary>All changes of labels that stages have announced, by number.</summary>
    internal IReadOnlyList<LabelChange> Changes => _changes;

    /// <summary>The number that stands for <c>extracted[name]</c> from now on.</summary>
    public int Slot(string name) => Slots.Add(name);

    /// <summary>Announces a change of labels, for <see cref="LogRecord.Change"/>; returns its number.</summary>
    public int Change(LabelChange change)
    {
        _changes.Add(change);
        return _changes.Count - 1;
    }

    /// <summary>Where a stage with a <c>source</c> reads: an extracted value, or the line itself where there is no source.</summary>
    public StageSource Source(string? name) => new(string.IsNullOrEmpty(name) ? StageSource.Line : Slot(name));

    /// <summary>Makes the stages of a block.</summary>
    internal LogStage[] CreateAll(Sdk.ValueList<StageArguments> stages)
    {
        var made = new LogStage[stages.Count];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = stages[i].Create(this);
        }
        return made;
    }
}
