namespace Agent.Conversion;

/// <summary>How much a finding of a conversion matters.</summary>
public enum ConversionSeverity
{
    /// <summary>Tells what became of a part.</summary>
    Info,

    /// <summary>The result behaves differently in a detail.</summary>
    Warning,

    /// <summary>A part was left out; the rest can be had by bypassing errors.</summary>
    Error,

    /// <summary>There is no result.</summary>
    Critical,
}
