using Agent.Components.Loki.Process.CustomMetrics;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>The stages of one <c>loki.process</c>, ready to run. What it knows never changes; a reload makes a new one.</summary>
internal sealed class Pipeline
{
    private readonly IReadOnlyList<IBatchStage> _batchStages;
    private readonly IReadOnlyList<ITimedStage> _timedStages;
    private readonly CustomFamilies _families;
    private readonly RunPool _runs;
    private readonly Throttle _throttle;
    private readonly CallGate _gate = new();
    private volatile Leftovers? _leftovers;

    /// <param name="stages">The stages, validated.</param>
    /// <param name="context">Of the component.</param>
    /// <param name="wake">Makes somebody call <see cref="OnTimeAsync"/>.</param>
    public Pipeline(ValueList<StageArguments> stages, ComponentContext context, Action wake)
    {
        var stageContext = new StageContext(context.Metrics, context.Logger, context.Time) { Wake = wake };
        var program = new ProgramBuilder();
        foreach (LogStage stage in stageContext.CreateAll(stages))
        {
            stage.AddTo(program);
        }
        Steps = program.Steps;
        Slots = stageContext.Slots;
        LabelSets = new LabelSetCache(stageContext.Changes, context.Metrics);
        _batchStages = program.BatchStages;
        _timedStages = program.TimedStages;
        _families = stageContext.Families;
        _throttle = new Throttle(context.Time);
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
            run.Start(batch);
            run.Process();
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
        _throttle.Open();
        return _gate.Close() ? FlushAsync(ValueTask.CompletedTask, stop) : ValueTask.CompletedTask;
    }

    /// <summary>Removes the metrics that stages define, before another pipeline makes its own.</summary>
    public void CloseMetrics() => _families.Close();

    /// <summary>Nothing waits for a rate limit any more.</summary>
    public void LetThrough() => _throttle.Open();

    /// <summary>Does what stages have to do because time has passed; returns in how long there is more to do, null where there is nothing.</summary>
    /// <param name="next">Gets what was held.</param>
    /// <param name="isStopping">True where nothing may be held any more.</param>
    /// <param name="stop">Gives up.</param>
    public async ValueTask<TimeSpan?> OnTimeAsync(ILogConsumer next, bool isStopping, CancellationToken stop)
    {
        if (_timedStages.Count == 0 || !_gate.TryEnter())
        {
            return null;
        }
        bool isLast = false;
        try
        {
            PipelineRun run = _runs.Rent();
            foreach (ITimedStage stage in _timedStages)
            {
                stage.OnTime(run, isStopping);
            }
            await SendAsync(run, next, stop).ConfigureAwait(false);
        }
        finally
        {
            isLast = _gate.Leave();
        }
        if (isLast)
        {
            await FlushAsync(ValueTask.CompletedTask, stop).ConfigureAwait(false);
        }
        return _timedStages.Min(static stage => stage.DueIn());
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
        if (run.Wait > TimeSpan.Zero)
        {
            return SendSlowlyAsync(run, next, stop);
        }
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

    // The lines that had to wait and the rest of their batch, in parts.
    private async ValueTask SendSlowlyAsync(PipelineRun run, ILogConsumer next, CancellationToken stop)
    {
        while (true)
        {
            await _throttle.WaitAsync(run.Wait, stop).ConfigureAwait(false);
            Receipt? own = run.Seal();
            if (run.Outgoing.Count > 0)
            {
                await next.ConsumeAsync(run.Outgoing, stop).ConfigureAwait(false);
            }
            own?.Settle();
            if (run.IsAtEnd)
            {
                _runs.Return(run);
                return;
            }
            run.ClearSent();
            run.Process();
        }
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
