namespace Agent.Components.Loki.Process;

/// <summary>The arguments of one <c>stage.NAME</c> block.</summary>
public abstract record StageArguments
{
    /// <summary>Makes the stage. Called once per pipeline, with arguments that have been validated.</summary>
    public abstract LogStage Create(StageContext context);
}
