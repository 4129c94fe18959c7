using System.Text;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Sdk.Tracing;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process.Tracing;

/// <summary>Shows what becomes of one entry stage by stage.</summary>
/// <remarks>
/// For each stage a pipeline of its own is made that ends behind it, with metrics that nobody sees, and the entry is run through: so the
/// stages themselves need nothing for it. A stage that holds lines shows what leaves it at once.
/// </remarks>
internal static class StageTracer
{
    /// <summary>Longer pipelines are traced up to here: the work grows with the square of it.</summary>
    private const int MostStages = 200;

    public static IReadOnlyList<IReadOnlyList<TracedEntry>> Trace(ValueList<StageArguments> stages, ComponentContext context, TracedEntry entry)
    {
        var aside = new TraceContext(context);
        var traced = new List<IReadOnlyList<TracedEntry>>(stages.Count);
        for (int count = 1; count <= Math.Min(stages.Count, MostStages); count++)
        {
            var probe = new ProbeStage();
            traced.Add(Run([.. stages.Take(count), new ProbeArguments(probe)], aside, entry, probe));
            if (traced[^1].Count == 0)
            {
                break;
            }
        }
        return traced;
    }

    private static List<TracedEntry> Run(ValueList<StageArguments> stages, ComponentContext context, TracedEntry entry, ProbeStage probe)
    {
        var pipeline = new Pipeline(stages, context, static () => { });
        pipeline.LetThrough();
        using var batch = new LogBatch();
        batch.Add(new LogEntry(entry.Labels, entry.Timestamp, Encoding.UTF8.GetBytes(entry.Line)));
        var run = new PipelineRun(pipeline);
        run.Start(batch);
        while (!run.IsAtEnd)
        {
            run.Process();
            run.ClearSent();
        }
        run.Outgoing.Dispose();
        pipeline.CloseMetrics();
        return probe.Seen;
    }

    /// <summary>The component's context with a registry that is thrown away.</summary>
    private sealed class TraceContext(ComponentContext inner) : ComponentContext
    {
        public override string Id => inner.Id;

        public override string Label => inner.Label;

        public override string StoragePath => inner.StoragePath;

        public override Microsoft.Extensions.Logging.ILogger Logger { get; } = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public override MetricScope Metrics { get; } = new MetricRegistry().Scope();

        public override TimeProvider Time => inner.Time;

        public override Sdk.Http.LocalHttp Local => inner.Local;

        public override Sdk.Sharing.SharedResources Shared => inner.Shared;

        public override void Export(object exports)
        {
            // Nothing that a trace makes is seen by others.
        }

        public override void ReportHealth(HealthState state, string message)
        {
            // As above.
        }
    }
}
