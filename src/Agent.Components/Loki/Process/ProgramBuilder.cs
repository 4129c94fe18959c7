using Agent.Components.Loki.Process.Selectors;

namespace Agent.Components.Loki.Process;

/// <summary>One step: a stage, or a selector that decides whether the steps up to <see cref="Skip"/> apply.</summary>
internal readonly record struct Step(LogStage? Stage, LogSelector? Guard, int Skip);

/// <summary>Lays stages out flat, those inside <c>stage.match</c> too, so that a line runs through one loop.</summary>
internal sealed class ProgramBuilder
{
    private readonly List<Step> _steps = [];
    private readonly List<IBatchStage> _batchStages = [];
    private readonly List<ITimedStage> _timedStages = [];

    public Step[] Steps => [.. _steps];

    /// <summary>Stages that hold lines, in order.</summary>
    public IReadOnlyList<IBatchStage> BatchStages => _batchStages;

    /// <summary>Stages that have something to do when time passes, in order.</summary>
    public IReadOnlyList<ITimedStage> TimedStages => _timedStages;

    public void Add(LogStage stage)
    {
        _steps.Add(new Step(stage, null, 0));
        if (stage is IBatchStage batchStage)
        {
            batchStage.Next = _steps.Count;
            _batchStages.Add(batchStage);
        }
        if (stage is ITimedStage timedStage)
        {
            _timedStages.Add(timedStage);
        }
    }

    /// <summary>Adds stages that apply only to lines that match.</summary>
    public void AddGuarded(LogSelector selector, IReadOnlyList<LogStage> stages)
    {
        int guard = _steps.Count;
        _steps.Add(default);
        foreach (LogStage stage in stages)
        {
            stage.AddTo(this);
        }
        _steps[guard] = new Step(null, selector, _steps.Count);
    }
}
