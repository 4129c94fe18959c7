namespace Agent.Components.Loki.Process;

/// <summary>One step of a pipeline. Runs on many threads at once: what changes from line to line lives in the record.</summary>
public abstract class LogStage
{
    /// <summary>Reads and changes a line; false drops it, and the stage has counted that under a reason, or holds the line.</summary>
    public abstract bool Keep(LogRecord record);

    /// <summary>Adds the stage to a program; a stage with stages inside adds those too.</summary>
    internal virtual void AddTo(ProgramBuilder program) => program.Add(this);
}
