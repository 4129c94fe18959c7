namespace Agent.Components.Loki.SourceFile;

internal enum StartKind
{
    /// <summary>At an offset.</summary>
    Offset,

    /// <summary>After the last complete line.</summary>
    End,

    /// <summary>Nowhere: the user wants files with damaged positions left alone.</summary>
    Nowhere,
}

/// <summary>Where to start reading a file, and why, for the log.</summary>
internal readonly record struct StartPoint(StartKind Kind, long Offset, string Reason)
{
    /// <summary>The file was read before, up to the offset.</summary>
    public bool IsKnown { get; init; }
}
