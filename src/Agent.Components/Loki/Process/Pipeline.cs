using Agent.Components.Loki.Process.Labels;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>The stages of one <c>loki.process</c>, ready to run. What it knows never changes; a reload makes a new one.</summary>
internal sealed class Pipeline
{
    private readonly IReadOnlyList<IBatchStage> _batchStages;
    private readonly RunPool _runs;
    private readonly CallGate _gate = new();
    private volatile Leftovers? _leftovers;

    public Pipeline(ValueList<StageArguments> stages, ComponentContext context)
    {
        var stageContext = new StageContext(context.Metrics, context.Logger, context.Time);
        var program = new ProgramBuilder();
        foreach (LogStage stage in stageContext.CreateAll(stages))
        {
            stage.AddTo(program);
        }
        Steps = program.Steps;
        Slots = stageContext.Slots;
        LabelSets = new LabelSetCache(stageContext.Changes, context.Metrics);
        _batchStages = program.BatchStages;
        _runs = new RunPool(this);
    }

    public Step[] Steps { get; }

    public SlotTable Slots { get; }

    public NameCache Names { get; } = new();

    public LabelSetCache LabelSets { get; }

    /// <summary>
    /// Lets stages that hold lines go on with what those of the pipeline before hold: the n-th stage of a kind takes over from the
    /// n-th of that kind. Returns the stages that found no successor.
    /// </summary>
    public IReadOnlyList<IBatchStage> TakeOver(Pipeline earlier)
    {
        List<IBatchStage> left = [.. earlier._batchStages];
        foreach (IBatchStage stage in _batchStages)
        {
            int match = left.FindIndex(candidate => candidate.GetType() == stage.GetType());
            if (match >= 0)
            {
                stage.TakeOver(left[match]);
                left.RemoveAt(match);
            }
        }
        return left;
    }

    /// <summary>Runs a batch and hands what is left of it to <paramref name="next"/>. False where the pipeline has been replaced.</summary>
    public bool TryConsume(LogBatch batch, ILogConsumer next, CancellationToken stop, out ValueTask taken)
    {
        if (!_gate.TryEnter())
        {
            taken = ValueTask.CompletedTask;
            return false;
        }
        bool leaves = true;
        try
        {
            PipelineRun run = _runs.Rent();
            run.Process(batch);
            ValueTask sent = SendAsync(run, next, stop);
            leaves = sent.IsCompleted;
            taken = leaves ? sent : LeaveLaterAsync(sent, stop);
        }
        finally
        {
            leaves = leaves && _gate.Leave();
        }
        if (leaves)
        {
            taken = FlushAsync(taken, stop);
        }
        return true;
    }

    /// <summary>
    /// Ends the pipeline, which nobody may enter any more. What <paramref name="left"/> hold goes to <paramref name="next"/> once the
    /// calls that are still inside have left; the last one of them sends it.
    /// </summary>
    public ValueTask RetireAsync(IReadOnlyList<IBatchStage> left, ILogConsumer next, CancellationToken stop)
    {
        _leftovers = new Leftovers(left, next);
        return _gate.Close() ? FlushAsync(ValueTask.CompletedTask, stop) : ValueTask.CompletedTask;
    }

    private async ValueTask LeaveLaterAsync(ValueTask sent, CancellationToken stop)
    {
        bool isLast = false;
        try
        {
            await sent.ConfigureAwait(false);
        }
        finally
        {
            isLast = _gate.Leave();
        }
        if (isLast)
        {
            await FlushAsync(ValueTask.CompletedTask, stop).ConfigureAwait(false);
        }
    }

    private async ValueTask FlushAsync(ValueTask before, CancellationToken stop)
    {
        await before.ConfigureAwait(false);
        if (_leftovers is not { Stages.Count: > 0 } leftovers)
        {
            return;
        }
        PipelineRun run = _runs.Rent();
        foreach (IBatchStage stage in leftovers.Stages)
        {
            stage.Flush(run);
        }
        await SendAsync(run, leftovers.Next, stop).ConfigureAwait(false);
    }

    private ValueTask SendAsync(PipelineRun run, ILogConsumer next, CancellationToken stop)
    {
        Receipt? own = run.Seal();
        if (run.Outgoing.Count == 0)
        {
            Finish(run, own);
            return ValueTask.CompletedTask;
        }
        // Where the consumer fails, the run is not used again: somebody else may still read its batch.
        ValueTask sent = next.ConsumeAsync(run.Outgoing, stop);
        if (!sent.IsCompletedSuccessfully)
        {
            return FinishLaterAsync(sent, run, own);
        }
        Finish(run, own);
        return ValueTask.CompletedTask;
    }

    private async ValueTask FinishLaterAsync(ValueTask sent, PipelineRun run, Receipt? own)
    {
        await sent.ConfigureAwait(false);
        Finish(run, own);
    }

    private void Finish(PipelineRun run, Receipt? own)
    {
        own?.Settle();
        _runs.Return(run);
    }

    private sealed record Leftovers(IReadOnlyList<IBatchStage> Stages, ILogConsumer Next);
}
