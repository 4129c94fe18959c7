namespace Agent.Components.Loki.Process;

/// <summary>A stage that has something to do when time passes and no line comes.</summary>
/// <remarks>It rings <see cref="StageContext.Wake"/> when it begins to have something to do.</remarks>
internal interface ITimedStage
{
    /// <summary>In how long it wants to be called; null where nothing is pending.</summary>
    TimeSpan? DueIn();

    /// <summary>Does what is due; all of it where the component stops.</summary>
    void OnTime(PipelineRun run, bool isStopping);
}
