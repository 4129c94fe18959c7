namespace Agent.Components.Loki.Process;

/// <summary>A stage that holds lines back, joins them or makes more of them.</summary>
/// <remarks>
/// Such a stage returns false from <see cref="LogStage.Keep"/> for a line that it holds, keeps the line's receipt
/// (<see cref="PipelineRun.HoldReceipt"/>), and hands lines on with <see cref="PipelineRun.Emit"/> from <see cref="Next"/> on.
/// </remarks>
public interface IBatchStage
{
    /// <summary>Index of the step behind this one; set when the program is built.</summary>
    int Next { get; set; }

    /// <summary>Takes over what the stage in the same place of the pipeline before holds; both may still be called for a while.</summary>
    void TakeOver(IBatchStage earlier);

    /// <summary>Hands on all that is held: the stage leaves the pipeline and nothing takes it over. Not called when the agent stops.</summary>
    void Flush(PipelineRun run);
}
