namespace Agent.Components.Loki.SourceFile;

/// <summary>What to do with a file whose stored position is damaged.</summary>
public enum PositionsFileError
{
    /// <summary>Do not read it.</summary>
    Skip,

    /// <summary>Read what is written from now on: lines may be missing.</summary>
    RestartFromEnd,

    /// <summary>Read all of it: lines may come twice.</summary>
    RestartFromBeginning,
}
