using Agent.Components.Common;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki;

/// <summary>Adds labels of discovered targets to the log entries that belong to them.</summary>
/// <example>
/// loki.enrich "default" {
///     targets            = [{ "host" = "web-1", "rack" = "r7" }]
///     target_match_label = "host"
///     labels_to_copy     = ["rack"]
///     forward_to         = []
/// }
/// </example>
[Component("loki.enrich", Stability = Stability.Experimental)]
public sealed class LokiEnrich(ComponentContext context) : IComponent<LokiEnrich.Arguments>, ILogConsumer
{
    /// <summary>Label sets whose enriched set is remembered.</summary>
    private const int CacheSize = 10_000;

    private readonly LogBatchPool _batches = new();
    private Setup? _setup;

    public sealed record Arguments
    {
        /// <summary>Where to send entries, enriched or not.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Targets whose labels are copied; of several that match, the last one counts.</summary>
        public required ValueList<Target> Targets { get; init; }

        /// <summary>Label of the targets that is compared.</summary>
        public required string TargetMatchLabel { get; init; }

        /// <summary>Label of the log entries that is compared; target_match_label where it is empty.</summary>
        public string LogsMatchLabel { get; init; } = "";

        /// <summary>Labels that are copied; all where the list is empty.</summary>
        public ValueList<string> LabelsToCopy { get; init; } = [];
    }

    /// <param name="Receiver">Takes the entries to enrich.</param>
    public sealed record Exports(ILogConsumer Receiver);

    /// <summary>Everything that one batch is handled by.</summary>
    private sealed record Setup(string MatchLabel, ValueList<string> Copied, Dictionary<string, LabelSet> Targets, RelabelCache Cache, ILogConsumer Next);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        var targets = new Dictionary<string, LabelSet>(StringComparer.Ordinal);
        foreach (Target target in arguments.Targets)
        {
            if (target[arguments.TargetMatchLabel] is { Length: > 0 } value)
            {
                targets[value] = target.Labels;
            }
        }
        string label = arguments.LogsMatchLabel.Length > 0 ? arguments.LogsMatchLabel : arguments.TargetMatchLabel;
        ILogConsumer next = LogFanOut.Of(arguments.ForwardTo);
        Volatile.Write(ref _setup, new Setup(label, arguments.LabelsToCopy, targets, new RelabelCache(CacheSize), next));
        context.Export(new Exports(this));
        return ValueTask.CompletedTask;
    }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        // Read once: discovery may swap it meanwhile, and one batch must see one set of targets.
        Setup setup = Volatile.Read(ref _setup) ?? throw new InvalidOperationException("BUG: loki.enrich got entries before its arguments");
        LogBatch? changed = Enrich(batch, setup);
        ValueTask sent = setup.Next.ConsumeAsync(changed ?? batch, stop);
        return changed is null ? sent : _batches.ReturnAfter(sent, changed);
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _batches.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A batch with the added labels, or null where no entry belongs to a target.</summary>
    private LogBatch? Enrich(LogBatch batch, Setup setup)
    {
        ReadOnlySpan<LogEntry> entries = batch.Entries;
        LogBatch? changed = null;
        LabelSet? last = null;
        LabelSet? result = null;
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly LogEntry entry = ref entries[i];
            if (!ReferenceEquals(entry.Labels, last))
            {
                last = entry.Labels;
                result = LabelsFor(last, setup);
            }
            if (changed is null && !ReferenceEquals(result, last))
            {
                changed = _batches.RentPrefix(batch, i);
            }
            changed?.Add(entry with { Labels = result! });
        }
        return changed;
    }

    private static LabelSet LabelsFor(LabelSet labels, Setup setup)
    {
        if (!setup.Targets.TryGetValue(labels[setup.MatchLabel], out LabelSet? target))
        {
            return labels;
        }
        if (!setup.Cache.TryGet(labels, out LabelSet? known))
        {
            known = Join(labels, target, setup.Copied);
            setup.Cache.Add(labels, known);
        }
        return known!;
    }

    private static LabelSet Join(LabelSet labels, LabelSet target, ValueList<string> copied)
    {
        var builder = new LabelSetBuilder(labels);
        foreach (Label label in target)
        {
            if (copied.Count == 0 || copied.Contains(label.Name))
            {
                builder.Set(label.Name, label.Value);
            }
        }
        LabelSet joined = builder.ToLabelSet();
        return joined.Equals(labels) ? labels : joined;
    }
}
