using Agent.Components.Common;
using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
using Agent.Sdk.Tracing;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki;

/// <summary>Rewrites the labels of log entries by rules, and drops entries whose labels a rule drops.</summary>
/// <example>
/// loki.relabel "keep_errors" {
///     forward_to = []
///
///     rule {
///         action        = "keep"
///         source_labels = ["level"]
///         regex         = "error"
///     }
/// }
/// </example>
[Component("loki.relabel")]
public sealed class LokiRelabel : IComponent<LokiRelabel.Arguments>, ILogConsumer, IRelabelTrace
{
    private readonly ComponentContext _context;
    private readonly LogBatchPool _batches = new();
    private readonly Counter _processed;
    private readonly Counter _written;
    private readonly Counter _misses;
    private readonly Counter _hits;
    private Setup? _setup;

    public LokiRelabel(ComponentContext context)
    {
        _context = context;
        _processed = context.Metrics.Counter("loki_relabel_entries_processed", "Total number of log entries processed");
        _written = context.Metrics.Counter("loki_relabel_entries_written", "Total number of log entries forwarded");
        _misses = context.Metrics.Counter("loki_relabel_cache_misses", "Total number of cache misses");
        _hits = context.Metrics.Counter("loki_relabel_cache_hits", "Total number of cache hits");
        context.Metrics.ObservedGauge("loki_relabel_cache_size", "Total size of relabel cache", () => _setup?.Cache.Count ?? 0);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send entries after relabelling.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Relabelling rules, applied to the labels of each entry in the order in which they are written.</summary>
        [Block]
        public ValueList<RelabelRule> Rule { get; init; } = [];

        /// <summary>Label sets whose result is remembered.</summary>
        public int MaxCacheSize { get; init; } = 10_000;

        public void Validate(ValidationContext context)
        {
            if (MaxCacheSize <= 0)
            {
                context.Error("max_cache_size", "must provide a positive size");
            }
        }
    }

    /// <param name="Receiver">Takes the entries to relabel.</param>
    /// <param name="Rules">The rules themselves, for other components to apply.</param>
    public sealed record Exports(ILogConsumer Receiver, RelabelRules Rules);

    /// <summary>Everything that one batch is handled by.</summary>
    private sealed record Setup(Relabeler Relabeler, RelabelCache Cache, ILogConsumer Next);

    public IReadOnlyList<RuleCounts> RuleCounts => Volatile.Read(ref _setup)?.Relabeler.Counts ?? [];

    public IEnumerable<LabelSet> Inputs() => Volatile.Read(ref _setup)?.Cache.Known ?? [];

    public IEnumerable<LabelSet> DroppedTargets() => [];

    public IReadOnlyList<LabelSet?> Trace(LabelSet labels) =>
        Volatile.Read(ref _setup) is { } setup ? Relabeler.Trace(setup.Relabeler.Rules, LabelNameRule.Legacy, labels) : [];

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        ILogConsumer next = LogFanOut.Of(arguments.ForwardTo);
        if (_setup is { } current && current.Relabeler.Rules.Equals(arguments.Rule))
        {
            current.Cache.Resize(arguments.MaxCacheSize);
            Volatile.Write(ref _setup, current with { Next = next });
        }
        else
        {
            var relabeler = new Relabeler(arguments.Rule, LabelNameRule.Legacy);
            Volatile.Write(ref _setup, new Setup(relabeler, new RelabelCache(arguments.MaxCacheSize), next));
        }
        _context.Export(new Exports(this, new RelabelRules(arguments.Rule)));
        return ValueTask.CompletedTask;
    }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        // Read once: a reload may swap it meanwhile, and one batch must see one set of rules.
        Setup setup = Volatile.Read(ref _setup) ?? throw new InvalidOperationException("BUG: loki.relabel got entries before its arguments");
        LogBatch? changed = Relabel(batch, setup);
        LogBatch forwarded = changed ?? batch;
        _written.Add(forwarded.Count);
        ValueTask sent = forwarded.Count == 0 ? ValueTask.CompletedTask : setup.Next.ConsumeAsync(forwarded, stop);
        return changed is null ? sent : _batches.ReturnAfter(sent, changed);
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _batches.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A batch with the new labels, or null where all entries stay as they are.</summary>
    private LogBatch? Relabel(LogBatch batch, Setup setup)
    {
        ReadOnlySpan<LogEntry> entries = batch.Entries;
        LogBatch? changed = null;
        LabelSet? last = null;
        LabelSet? result = null;
        int misses = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly LogEntry entry = ref entries[i];
            if (!ReferenceEquals(entry.Labels, last))
            {
                last = entry.Labels;
                if (!setup.Cache.TryGet(last, out result))
                {
                    misses++;
                    result = Compute(last, setup);
                }
            }
            if (changed is null && !ReferenceEquals(result, last))
            {
                changed = _batches.RentPrefix(batch, i);
            }
            if (changed is not null && result is not null)
            {
                changed.Add(entry with { Labels = result });
            }
        }
        _processed.Add(entries.Length);
        _misses.Add(misses);
        _hits.Add(entries.Length - misses);
        return changed;
    }

    private static LabelSet? Compute(LabelSet labels, Setup setup)
    {
        var builder = new LabelSetBuilder(labels);
        // Entries without any label cannot be stored, so they go too.
        LabelSet? result = setup.Relabeler.Apply(builder) && builder.Count > 0 ? builder.ToLabelSet() : null;
        result = labels.Equals(result) ? labels : result;
        setup.Cache.Add(labels, result);
        return result;
    }
}
